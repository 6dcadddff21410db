//! Whether a GPU pays for a run, as measured on this machine.

use std::sync::Arc;
use std::time::{Duration, Instant};

use atc_core::Plan;
use atc_gpu::{Device, DeviceKind, Error, Options, Precision, devices};

use super::{GpuEvaluator, OnFault};
use crate::engine::{CpuEvaluator, Evaluate, Prices, Tile, Wanted};

/// Bars per second that one thread of a processor computes about: enough to tell small runs,
/// for which nothing is measured.
const BARS_PER_SECOND: f64 = 20e6;

/// Seconds that a run takes on the processor before a GPU is looked for: finding and opening one
/// takes some tenths of a second.
const WORTH_LOOKING: f64 = 2.0;

/// A GPU must be this many times as fast as all threads of the processor.
const MARGIN: f64 = 1.25;

/// Bars of a series that both are timed with.
const SAMPLE_BARS: usize = 500;

/// What a run has to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Job {
    /// Bars of all series together, about.
    pub n_bars: u64,
    /// Threads that would compute on the processor.
    pub threads: usize,
}

/// Bars per second of a sample, from host memory to host memory.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measured {
    /// On one lane of the GPU.
    pub gpu: f64,
    /// On one thread of the processor.
    pub cpu: f64,
}

/// Who computes a run, and why.
#[derive(Debug)]
pub struct Choice {
    /// The GPU, if it pays.
    pub gpu: Option<GpuEvaluator>,
    /// Why, in one line.
    pub reason: String,
}

/// Takes the GPU only where it wins: for runs that take seconds, on hardware with `f64`, if a
/// sample is computed faster there than on all threads of the processor.
pub fn choose(
    plan: &Arc<Plan>,
    job: Job,
    (n_lanes, options): (usize, &Options),
    on_fault: OnFault,
) -> Choice {
    let found = worth_looking(job).and_then(|()| {
        if options.precision == Precision::F32 {
            return Err("processor: other bits come of f32, which `auto` never uses".to_owned());
        }
        let all = devices();
        let wanted = options.select.pick(&all, options.precision);
        let device = candidate(wanted)?;
        let open = GpuEvaluator::open(n_lanes, options, on_fault);
        let gpu = open.map_err(|error| format!("processor: {error}"))?;
        let measured = measure(&gpu, plan).map_err(|error| format!("processor: {error}"))?;
        let reason = verdict(device, measured, job)?;
        Ok((gpu, reason))
    });
    match found {
        Ok((gpu, reason)) => Choice {
            gpu: Some(gpu),
            reason,
        },
        Err(reason) => Choice { gpu: None, reason },
    }
}

/// Whether a run is long enough; if not, why.
fn worth_looking(job: Job) -> Result<(), String> {
    let seconds = job.n_bars as f64 / (BARS_PER_SECOND * job.threads.max(1) as f64);
    if seconds >= WORTH_LOOKING {
        return Ok(());
    }
    Err(format!(
        "processor: about {} bars take it {seconds:.1} s or so, and no GPU is looked for below {WORTH_LOOKING} s",
        job.n_bars
    ))
}

/// Whether a device can win at all; if not, why.
fn candidate(device: Option<&Device>) -> Result<&Device, String> {
    match device {
        None => Err("processor: there is no GPU with f64".to_owned()),
        Some(device) if device.kind == DeviceKind::Software => Err(format!(
            "processor: {} is the processor itself, through a software driver",
            device.name
        )),
        Some(device) if !device.has_f64 => Err(format!(
            "processor: {} has no f64, and its bits would differ",
            device.name
        )),
        Some(device) => Ok(device),
    }
}

/// What a measurement says; the reason either way.
fn verdict(device: &Device, measured: Measured, job: Job) -> Result<String, String> {
    let threads = job.threads.max(1);
    let cpu = measured.cpu * threads as f64;
    let figures = format!(
        "{} computes {:.0} million bars/s, {threads} threads about {:.0}",
        device.name,
        measured.gpu / 1e6,
        cpu / 1e6
    );
    if measured.gpu >= MARGIN * cpu {
        Ok(format!("GPU: {figures}"))
    } else {
        Err(format!("processor: {figures}"))
    }
}

/// Times a sample on a lane and on a thread, the average signal of one tile each.
///
/// # Errors
///
/// What becomes of the device.
pub fn measure(gpu: &GpuEvaluator, plan: &Arc<Plan>) -> Result<Measured, Error> {
    // Long enough for the cutout and every average; values do not change the work.
    let n_bars = SAMPLE_BARS + plan.params().cutout;
    let close: Vec<f64> = (0..n_bars).map(|bar| 100.0 + (bar % 37) as f64).collect();
    let prices = Prices {
        close: &close,
        source: None,
    };
    let tile = |series| Tile {
        plan,
        wanted: Wanted::Average,
        states: false,
        lane: 0,
        series,
    };
    let series = vec![prices; gpu.tile_len()];
    let given: Vec<_> = series
        .iter()
        .filter_map(|p| super::Dense::new(plan, p))
        .collect();
    let given: Vec<_> = given.iter().collect();
    // The first run makes the buffers.
    gpu.compute(&tile(&series), &given)?;
    let begun = Instant::now();
    gpu.compute(&tile(&series), &given)?;
    let there = begun.elapsed();
    let few = &series[..series.len().min(64)];
    let cpu = CpuEvaluator::new();
    let begun = Instant::now();
    cpu.evaluate(&tile(few));
    let here = begun.elapsed();
    let rate = |n_series: usize, time: Duration| (n_series * n_bars) as f64 / time.as_secs_f64();
    Ok(Measured {
        gpu: rate(series.len(), there),
        cpu: rate(few.len(), here),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_runs_look_for_no_device() {
        let job = |n_bars, threads| Job { n_bars, threads };
        assert!(worth_looking(job(1_000_000_000, 8)).is_ok());
        for small in [job(0, 1), job(30_000_000, 1), job(1_000_000_000, 64)] {
            let reason = worth_looking(small).unwrap_err();
            assert!(reason.starts_with("processor: about "), "{reason}");
        }
    }

    #[test]
    fn hardware_with_f64_wins_where_it_is_faster() {
        // Without any driver there is nothing to describe.
        let Some(mut device) = devices().into_iter().next() else {
            return;
        };
        device.has_f64 = true;
        device.kind = DeviceKind::Software;
        assert!(candidate(Some(&device)).is_err());
        device.kind = DeviceKind::Discrete;
        assert!(candidate(Some(&device)).is_ok());
        let job = Job {
            n_bars: 1_000_000_000,
            threads: 4,
        };
        let measured = |gpu| Measured { gpu, cpu: 20e6 };
        let won = verdict(&device, measured(900e6), job).unwrap();
        assert!(
            won.starts_with("GPU: ") && won.ends_with(" 900 million bars/s, 4 threads about 80")
        );
        let lost = verdict(&device, measured(90e6), job).unwrap_err();
        assert!(lost.starts_with("processor: "), "{lost}");
        device.has_f64 = false;
        assert!(candidate(Some(&device)).is_err());
    }

    #[test]
    fn no_device_is_a_reason() {
        assert_eq!(
            candidate(None).unwrap_err(),
            "processor: there is no GPU with f64"
        );
    }
}
