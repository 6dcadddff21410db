//! Which devices there are and what they can.

use std::fmt;
use std::str::FromStr;

use crate::shaders::WORKGROUP;
use crate::{Error, Limits, Precision};

/// What kind of hardware a device is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DeviceKind {
    /// A GPU with memory of its own.
    Discrete,
    /// A GPU that shares the processor's memory.
    Integrated,
    /// A GPU shared with others by a hypervisor.
    Virtual,
    /// The processor, through a software driver.
    Software,
    /// The driver does not say.
    Other,
}

impl DeviceKind {
    /// The canonical spelling.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Discrete => "discrete",
            Self::Integrated => "integrated",
            Self::Virtual => "virtual",
            Self::Software => "software",
            Self::Other => "other",
        }
    }

    const fn of(kind: wgpu::DeviceType) -> Self {
        match kind {
            wgpu::DeviceType::DiscreteGpu => Self::Discrete,
            wgpu::DeviceType::IntegratedGpu => Self::Integrated,
            wgpu::DeviceType::VirtualGpu => Self::Virtual,
            wgpu::DeviceType::Cpu => Self::Software,
            wgpu::DeviceType::Other => Self::Other,
        }
    }
}

impl fmt::Display for DeviceKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A device and what it can.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Device {
    /// Its place in the list, by which it can be chosen.
    pub index: usize,
    /// Its name, as the driver gives it.
    pub name: String,
    /// The interface it is reached through, such as `vulkan`.
    pub backend: String,
    /// The driver and its version.
    pub driver: String,
    /// What kind of hardware it is.
    pub kind: DeviceKind,
    /// Whether it computes in `f64` with the bits of the processor.
    pub has_f64: bool,
    /// What it allows.
    pub limits: Limits,
}

impl Device {
    /// The best precision it has.
    pub const fn precision(&self) -> Precision {
        if self.has_f64 {
            Precision::F64
        } else {
            Precision::F32
        }
    }

    /// Whether it computes in a precision.
    pub fn has(&self, precision: Precision) -> bool {
        precision == Precision::F32 || self.has_f64
    }

    fn of(index: usize, adapter: &wgpu::Adapter) -> Self {
        let info = adapter.get_info();
        let limits = adapter.limits();
        let kind = DeviceKind::of(info.device_type);
        Self {
            index,
            name: info.name,
            backend: info.backend.to_string(),
            driver: format!("{} {}", info.driver, info.driver_info)
                .trim()
                .to_owned(),
            kind,
            has_f64: adapter.features().contains(features(Precision::F64)),
            limits: Limits {
                max_buffer: limits.max_buffer_size,
                max_binding: limits.max_storage_buffer_binding_size,
                max_workgroups: limits.max_compute_workgroups_per_dimension,
                workgroup: WORKGROUP,
                max_steps: if kind == DeviceKind::Software {
                    SOFTWARE_STEPS
                } else {
                    u64::MAX
                },
                preferred: if kind == DeviceKind::Software {
                    4 << 20
                } else {
                    128 << 20
                },
            },
        }
    }
}

/// The features that a precision needs. Bits of the processor need SPIR-V that
/// is passed through as it is.
pub(crate) fn features(precision: Precision) -> wgpu::Features {
    match precision {
        Precision::F64 => wgpu::Features::SHADER_F64 | wgpu::Features::PASSTHROUGH_SHADERS,
        Precision::F32 => wgpu::Features::empty(),
    }
}

/// Which device is wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum Select {
    /// The first one with the precision asked for, hardware before software.
    #[default]
    Best,
    /// By its place in [`devices`].
    Index(usize),
    /// By a part of its name, upper or lower case.
    Name(String),
}

impl Select {
    /// The device that it means among those of [`devices`], hardware before software.
    ///
    /// One that is chosen by place or name may lack the precision.
    pub fn pick<'a>(&self, devices: &'a [Device], precision: Precision) -> Option<&'a Device> {
        let wanted = |device: &&Device| match self {
            Self::Best => device.has(precision),
            Self::Index(index) => device.index == *index,
            Self::Name(name) => device.name.to_lowercase().contains(&name.to_lowercase()),
        };
        let rank = |device: &&Device| (device.kind == DeviceKind::Software, device.index);
        devices.iter().filter(wanted).min_by_key(rank)
    }
}

impl FromStr for Select {
    type Err = std::convert::Infallible;

    /// Digits are an index, anything else is a part of a name.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(text
            .parse()
            .map_or_else(|_| Self::Name(text.to_owned()), Self::Index))
    }
}

impl fmt::Display for Select {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Best => f.write_str("any device"),
            Self::Index(index) => write!(f, "device {index}"),
            Self::Name(name) => write!(f, "a device named {name:?}"),
        }
    }
}

/// The devices of this machine that can compute; none where there is no driver.
pub fn devices() -> Vec<Device> {
    adapters().into_iter().map(|(device, _)| device).collect()
}

/// The device that is wanted, with the handle to open it.
pub(crate) fn find(
    select: &Select,
    precision: Precision,
) -> Result<(Device, wgpu::Adapter), Error> {
    let (all, mut adapters): (Vec<Device>, Vec<wgpu::Adapter>) = adapters().into_iter().unzip();
    let Some(device) = select.pick(&all, precision).cloned() else {
        return Err(Error::NoDevice {
            wanted: select.to_string(),
            precision,
            known: all.into_iter().map(|device| device.name).collect(),
        });
    };
    if device.has(precision) {
        let adapter = adapters.swap_remove(device.index);
        Ok((device, adapter))
    } else {
        Err(Error::NoF64 { name: device.name })
    }
}

/// Every adapter that has what kernels need in some precision.
fn adapters() -> Vec<(Device, wgpu::Adapter)> {
    let instance = wgpu::Instance::new(wgpu::InstanceDescriptor {
        backends: wgpu::Backends::PRIMARY,
        ..wgpu::InstanceDescriptor::new_without_display_handle()
    });
    pollster::block_on(instance.enumerate_adapters(wgpu::Backends::PRIMARY))
        .into_iter()
        .filter(|adapter| BINDINGS <= adapter.limits().max_storage_buffers_per_shader_stage)
        .enumerate()
        .map(|(index, adapter)| (Device::of(index, &adapter), adapter))
        .collect()
}

/// Steps after which llvmpipe ends the loops of an invocation.
const SOFTWARE_STEPS: u64 = 65_535;

/// Storage buffers that a kernel binds at most.
pub(crate) const BINDINGS: u32 = 7;
