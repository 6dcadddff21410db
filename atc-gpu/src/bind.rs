//! Which buffer a kernel sees where.

use crate::Lane;
use crate::buffers::{Buffers, Pooled};

/// The bindings of a family's kernel; see `kernels/bindings.wgsl`.
pub(crate) fn family(lane: &Lane, f: usize, other_source: bool) -> wgpu::BindGroup {
    let buffers = &lane.buffers;
    let source = if other_source {
        &buffers.source
    } else {
        &buffers.closes
    };
    let bound = [
        &buffers.tile,
        &buffers.shape[f],
        &buffers.numbers[f],
        &buffers.closes,
        source,
        &buffers.gains,
        &buffers.ends,
        &buffers.state[f],
        &buffers.columns[f],
    ];
    bind(lane, &lane.pipelines.family_layout, bound.map(Pooled::get))
}

/// The bindings of the kernel of gains; see `kernels/gain.wgsl`.
pub(crate) fn gain(lane: &Lane) -> wgpu::BindGroup {
    let Buffers {
        tile,
        growth,
        closes,
        gains,
        ..
    } = &lane.buffers;
    let bound = [tile, growth, closes, gains];
    bind(lane, &lane.pipelines.gain_layout, bound.map(Pooled::get))
}

/// The bindings of the kernel over all families; see `kernels/average.wgsl`.
pub(crate) fn average(lane: &Lane) -> wgpu::BindGroup {
    let Buffers {
        tile,
        limits,
        columns: [ema, hma, wma, dema, lsma, kama],
        average,
        ..
    } = &lane.buffers;
    let bound = [tile, limits, ema, hma, wma, dema, lsma, kama, average];
    bind(lane, &lane.pipelines.average_layout, bound.map(Pooled::get))
}

/// The bindings of the kernel that follows flips; see `kernels/trend.wgsl`.
pub(crate) fn trend(lane: &Lane) -> wgpu::BindGroup {
    let Buffers {
        tile,
        limits,
        rules,
        ends,
        average,
        trend,
        ..
    } = &lane.buffers;
    let bound = [tile, limits, rules, ends, average, trend];
    bind(lane, &lane.pipelines.trend_layout, bound.map(Pooled::get))
}

fn bind<const N: usize>(
    lane: &Lane,
    layout: &wgpu::BindGroupLayout,
    buffers: [&wgpu::Buffer; N],
) -> wgpu::BindGroup {
    let entries: Vec<_> = (0..)
        .zip(buffers)
        .map(|(binding, buffer)| wgpu::BindGroupEntry {
            binding,
            resource: buffer.as_entire_binding(),
        })
        .collect();
    lane.device.create_bind_group(&wgpu::BindGroupDescriptor {
        label: None,
        layout,
        entries: &entries,
    })
}
