//! What has gone wrong on a device, told by its callbacks.

use std::sync::{Arc, Mutex, PoisonError};

use crate::Error;

/// The first fault of a device that nobody has looked at yet, and whether it
/// is gone for good.
#[derive(Clone, Debug, Default)]
pub(crate) struct Health(Arc<Mutex<Faults>>);

#[derive(Debug, Default)]
struct Faults {
    /// A fault after which the device may go on.
    passing: Option<Error>,
    /// Why the device is gone.
    lost: Option<String>,
}

impl Health {
    fn with<T>(&self, work: impl FnOnce(&mut Faults) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Watches a device: without a handler of ours an error would be a panic.
    pub(crate) fn watch(&self, device: &wgpu::Device) {
        let health = self.clone();
        device.on_uncaptured_error(Arc::new(move |error| health.note(&error)));
        let health = self.clone();
        device.set_device_lost_callback(move |_, reason| health.lose(&reason));
    }

    fn note(&self, error: &wgpu::Error) {
        let fault = match error {
            wgpu::Error::OutOfMemory { source } => Error::OutOfMemory {
                reason: source.to_string(),
            },
            wgpu::Error::Validation { description, .. }
            | wgpu::Error::Internal { description, .. } => Error::Device {
                reason: description.clone(),
            },
        };
        self.with(|faults| faults.passing.get_or_insert(fault).clone());
    }

    /// Notes that the device is gone.
    pub(crate) fn lose(&self, reason: &str) {
        self.with(|faults| {
            faults.lost.get_or_insert_with(|| reason.to_owned());
        });
    }

    /// Whether the device is gone.
    pub(crate) fn is_lost(&self) -> bool {
        self.with(|faults| faults.lost.is_some())
    }

    /// The fault since the last look, if there was one.
    pub(crate) fn check(&self) -> Result<(), Error> {
        self.with(|faults| {
            if let Some(reason) = &faults.lost {
                return Err(Error::Lost {
                    reason: reason.clone(),
                });
            }
            faults.passing.take().map_or(Ok(()), Err)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_passing_fault_is_told_once_and_a_loss_for_ever() {
        let health = Health::default();
        assert_eq!(health.check(), Ok(()));
        health.note(&wgpu::Error::OutOfMemory {
            source: "no more".into(),
        });
        health.note(&wgpu::Error::Internal {
            source: "second".into(),
            description: "what follows from the first".to_owned(),
        });
        let reason = "no more".to_owned();
        assert_eq!(health.check(), Err(Error::OutOfMemory { reason }));
        assert_eq!(health.check(), Ok(()));
        health.lose("pulled out");
        health.lose("and kicked");
        let reason = "pulled out".to_owned();
        for _ in 0..2 {
            let lost = Error::Lost {
                reason: reason.clone(),
            };
            assert_eq!(health.check(), Err(lost));
            assert!(health.is_lost());
        }
    }
}
