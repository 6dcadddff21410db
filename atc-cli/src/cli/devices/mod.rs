//! `atc devices`: the GPUs of this machine, and how fast they are.

mod bench;

use std::fmt::Write as _;

use atc_cli::engine::gpu::tile_of;
use atc_gpu::{Device, DeviceKind, Precision, devices};
use clap::Args;
use serde::Serialize;

use super::args::{Global, ReportFormat};
use super::exit::Exit;
use super::reading::at_least_one;
use super::{gpu, output, style};

/// The GPUs of this machine: what each can, and which would compute.
///
/// A GPU computes in f64 with the bits of the processor; one that is software is the processor
/// under another name, good for tests.
#[derive(Clone, Debug, Args)]
#[command(after_help = "Examples:\n  atc devices\n  atc devices --bench --lanes 4")]
pub(crate) struct DevicesArgs {
    /// Form of the output
    #[arg(long, value_enum, default_value = "table", conflicts_with = "bench")]
    format: ReportFormat,
    /// Times several lanes against one, and shows when tiles went through them
    #[arg(long)]
    bench: bool,
    /// Lanes to time against one
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = at_least_one)]
    lanes: usize,
    /// Tiles to time them with
    #[arg(long, value_name = "N", default_value_t = 32, value_parser = at_least_one)]
    tiles: usize,
    /// The GPU: its number or a part of its name; by default the best one
    #[arg(long, value_name = "NAME|INDEX")]
    adapter: Option<String>,
}

/// Runs the command.
pub(crate) fn run(args: &DevicesArgs, global: &Global) -> anyhow::Result<Exit> {
    let select = gpu::select(args.adapter.as_deref());
    if args.bench {
        output::data(&bench::run(&select, args.lanes, args.tiles)?)?;
        return Ok(Exit::Done);
    }
    let all = devices();
    let best = select.pick(&all, Precision::F64).map(|best| best.index);
    let rows: Vec<Row> = all.iter().map(|device| Row::of(device, best)).collect();
    match args.format {
        ReportFormat::Json => output::json(&rows)?,
        ReportFormat::Table => output::data(&table(&rows, global.colors_stdout()))?,
    }
    Ok(Exit::Done)
}

/// A device, as it is told.
#[derive(Serialize)]
struct Row {
    index: usize,
    name: String,
    kind: &'static str,
    is_software: bool,
    backend: String,
    driver: String,
    f64: bool,
    /// Whether `--executor gpu` would take it.
    is_chosen: bool,
    max_buffer_bytes: u64,
    max_binding_bytes: u64,
    max_workgroups: u32,
    tile_series: usize,
    tile_bars: usize,
}

impl Row {
    fn of(device: &Device, best: Option<usize>) -> Self {
        let [tile_series, tile_bars] = tile_of(device);
        Self {
            index: device.index,
            name: device.name.clone(),
            kind: device.kind.name(),
            is_software: device.kind == DeviceKind::Software,
            backend: device.backend.clone(),
            driver: device.driver.clone(),
            f64: device.has_f64,
            is_chosen: best == Some(device.index),
            max_buffer_bytes: device.limits.max_buffer,
            max_binding_bytes: device.limits.max_binding,
            max_workgroups: device.limits.max_workgroups,
            tile_series,
            tile_bars,
        }
    }
}

fn table(rows: &[Row], color: bool) -> String {
    if rows.is_empty() {
        return "no GPU: no driver shows one; the processor computes\n".to_owned();
    }
    let header = ["", "name", "kind", "driver", "f64", "binding", "tile"];
    let mut table = style::table(header, color);
    for row in rows {
        table.add_row([
            row.index.to_string(),
            row.name.clone(),
            row.kind.to_owned(),
            format!("{}, {}", row.backend, row.driver),
            if row.f64 { "yes" } else { "no" }.to_owned(),
            format!("{} MiB", row.max_binding_bytes >> 20),
            format!("{} x {}", row.tile_series, row.tile_bars),
        ]);
    }
    let mut text = format!("{table}\n\n");
    let _ = match rows.iter().find(|row| row.is_chosen) {
        Some(row) => writeln!(text, "`--executor gpu` takes {}: {}", row.index, row.name),
        None => writeln!(text, "none computes in f64, so `--executor gpu` takes none"),
    };
    text.push_str("A tile is series x bars; `auto` takes hardware alone, for long runs, if a sample is faster there.\n");
    text
}
