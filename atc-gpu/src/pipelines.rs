//! The compiled kernels of a lane.

use crate::device::BINDINGS;
use crate::program::{FAMILIES, Kind, PerFamily};
use crate::{Error, Precision, shaders, spirv};

/// The kernels of a device, compiled once.
#[derive(Debug)]
pub(crate) struct Pipelines {
    pub(crate) families: PerFamily<wgpu::ComputePipeline>,
    /// Seven buffers to read, two to write.
    pub(crate) family_layout: wgpu::BindGroupLayout,
    pub(crate) average: wgpu::ComputePipeline,
    /// Eight buffers to read, one to write.
    pub(crate) average_layout: wgpu::BindGroupLayout,
    pub(crate) trend: wgpu::ComputePipeline,
    /// Five buffers to read, one to write.
    pub(crate) trend_layout: wgpu::BindGroupLayout,
}

impl Pipelines {
    /// Compiles all kernels.
    pub(crate) fn new(device: &wgpu::Device, precision: Precision) -> Result<Self, Error> {
        let family_layout = layout(device, "family", (BINDINGS - 2, 2));
        let average_layout = layout(device, "average", (BINDINGS - 1, 1));
        let trend_layout = layout(device, "trend", (5, 1));
        let mut families = Vec::with_capacity(FAMILIES.len());
        for kind in Kind::ALL {
            let source = shaders::family(kind, precision);
            let names = (FAMILIES[kind as usize], shaders::FAMILY);
            families.push(compile(
                device,
                &family_layout,
                names,
                (&source, precision),
            )?);
        }
        let source = shaders::average(precision);
        let names = (shaders::AVERAGE, shaders::AVERAGE);
        let average = compile(device, &average_layout, names, (&source, precision))?;
        let source = shaders::trend(precision);
        let names = (shaders::TREND, shaders::TREND);
        let trend = compile(device, &trend_layout, names, (&source, precision))?;
        Ok(Self {
            families: families.try_into().expect("a kernel per family"),
            family_layout,
            average,
            average_layout,
            trend,
            trend_layout,
        })
    }
}

/// The bindings of a kernel: those it reads, then those it writes.
fn layout(
    device: &wgpu::Device,
    label: &str,
    (read, written): (u32, u32),
) -> wgpu::BindGroupLayout {
    let entries: Vec<_> = (0..read + written)
        .map(|binding| wgpu::BindGroupLayoutEntry {
            binding,
            visibility: wgpu::ShaderStages::COMPUTE,
            ty: wgpu::BindingType::Buffer {
                ty: wgpu::BufferBindingType::Storage {
                    read_only: binding < read,
                },
                has_dynamic_offset: false,
                min_binding_size: None,
            },
            count: None,
        })
        .collect();
    device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
        label: Some(label),
        entries: &entries,
    })
}

fn compile(
    device: &wgpu::Device,
    layout: &wgpu::BindGroupLayout,
    (name, entry): (&'static str, &str),
    (source, precision): (&str, Precision),
) -> Result<wgpu::ComputePipeline, Error> {
    let module = match precision {
        Precision::F64 => pass_through(device, (name, entry), &spirv::translate(name, source)?),
        Precision::F32 => device.create_shader_module(wgpu::ShaderModuleDescriptor {
            label: Some(name),
            source: wgpu::ShaderSource::Wgsl(source.into()),
        }),
    };
    let layout = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
        label: Some(name),
        bind_group_layouts: &[Some(layout)],
        immediate_size: 0,
    });
    Ok(
        device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
            label: Some(name),
            layout: Some(&layout),
            module: &module,
            entry_point: Some(entry),
            compilation_options: wgpu::PipelineCompilationOptions::default(),
            cache: None,
        }),
    )
}

/// Hands SPIR-V to the driver as it is.
fn pass_through(
    device: &wgpu::Device,
    (name, entry): (&str, &str),
    words: &[u32],
) -> wgpu::ShaderModule {
    let size = (shaders::WORKGROUP, 1, 1);
    let entries = [wgpu::PassthroughShaderEntryPoint {
        name: entry.into(),
        workgroup_size: size,
    }];
    let descriptor = wgpu::ShaderModuleDescriptorPassthrough {
        label: Some(name),
        entry_points: entries.as_slice().into(),
        spirv: Some(words.into()),
        ..wgpu::ShaderModuleDescriptorPassthrough::default()
    };
    #[expect(unsafe_code, reason = "the only way to keep NoContraction")]
    // SAFETY: naga has validated the kernel, and what was added only forbids optimisations.
    // Kernels index inside their buffers: `Program::check` bounds every length and spacing,
    // `Buffers` are as large as tile and program ask for, invocations beyond a tile return.
    unsafe {
        device.create_shader_module_passthrough(descriptor)
    }
}
