//! The compiled kernels of a lane.

use crate::device::BINDINGS;
use crate::health::Health;
use crate::program::{Kind, PerFamily};
use crate::shaders::Kernel;
use crate::{Error, Precision, Program, shaders, spirv};

/// The kernels of a device, compiled once.
#[derive(Debug)]
pub(crate) struct Pipelines {
    pub(crate) gain: wgpu::ComputePipeline,
    pub(crate) gain_layout: wgpu::BindGroupLayout,
    /// Those that programs have asked for so far.
    families: Vec<(Kernel, wgpu::ComputePipeline)>,
    pub(crate) family_layout: wgpu::BindGroupLayout,
    pub(crate) average: wgpu::ComputePipeline,
    pub(crate) average_layout: wgpu::BindGroupLayout,
    pub(crate) trend: wgpu::ComputePipeline,
    pub(crate) trend_layout: wgpu::BindGroupLayout,
}

impl Pipelines {
    /// Compiles the kernels that every program needs, and those of the default one.
    pub(crate) fn new(
        device: &wgpu::Device,
        health: &Health,
        precision: Precision,
    ) -> Result<Self, Error> {
        let gain_layout = layout(device, shaders::GAIN, [1, 2, 1]);
        let family_layout = layout(device, shaders::FAMILY, [3, 4, 2]);
        let average_layout = layout(device, shaders::AVERAGE, [2, BINDINGS - 1, 1]);
        let trend_layout = layout(device, shaders::TREND, [3, 2, 1]);
        let alone = |name, layout, source: String| {
            compile(device, layout, (name, name), (&source, precision))
        };
        let average = shaders::average(precision);
        let mut pipelines = Self {
            gain: alone(shaders::GAIN, &gain_layout, shaders::gain(precision))?,
            families: Vec::new(),
            average: alone(shaders::AVERAGE, &average_layout, average)?,
            trend: alone(shaders::TREND, &trend_layout, shaders::trend(precision))?,
            gain_layout,
            family_layout,
            average_layout,
            trend_layout,
        };
        let program = Program::default();
        let kernels = Kind::ALL.map(|kind| Kernel::of(&program, kind, false));
        pipelines.reserve((device, health), kernels, precision)?;
        Ok(pipelines)
    }

    /// Compiles kernels that no run has needed before.
    pub(crate) fn reserve(
        &mut self,
        (device, health): (&wgpu::Device, &Health),
        kernels: PerFamily<Kernel>,
        precision: Precision,
    ) -> Result<(), Error> {
        for kernel in kernels {
            if self.find(kernel).is_none() {
                let source = shaders::family(kernel, precision);
                let names = (kernel.name(), shaders::FAMILY);
                let compiled = compile(device, &self.family_layout, names, (&source, precision))?;
                // One that a driver refused must not be kept.
                health.check()?;
                self.families.push((kernel, compiled));
            }
        }
        Ok(())
    }

    fn find(&self, kernel: Kernel) -> Option<&wgpu::ComputePipeline> {
        let mut compiled = self.families.iter();
        let (_, pipeline) = compiled.find(|(other, _)| *other == kernel)?;
        Some(pipeline)
    }

    /// The compiled kernels of the families; only after [`Pipelines::reserve`].
    pub(crate) fn families(&self, kernels: PerFamily<Kernel>) -> PerFamily<&wgpu::ComputePipeline> {
        kernels.map(|kernel| {
            let found = self.find(kernel);
            found.expect("kernels are reserved before a run")
        })
    }
}

/// The bindings of a kernel: uniform ones, then those it reads, then those it writes.
fn layout(
    device: &wgpu::Device,
    label: &str,
    [uniform, read, written]: [u32; 3],
) -> wgpu::BindGroupLayout {
    let of = |binding: u32| {
        if binding < uniform {
            return wgpu::BufferBindingType::Uniform;
        }
        wgpu::BufferBindingType::Storage {
            read_only: binding < uniform + read,
        }
    };
    let entries: Vec<_> = (0..uniform + read + written)
        .map(|binding| wgpu::BindGroupLayoutEntry {
            binding,
            visibility: wgpu::ShaderStages::COMPUTE,
            ty: wgpu::BindingType::Buffer {
                ty: of(binding),
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
    // Kernels index inside their buffers: `Program::check` bounds every length and spacing,
    // `Buffers` are as large as tile and program ask for, invocations beyond a tile return.
    #[expect(unsafe_code, reason = "the only way to keep NoContraction")]
    // SAFETY: naga validated it, what was added only forbids optimisations, no index is outside.
    unsafe {
        device.create_shader_module_passthrough(descriptor)
    }
}
