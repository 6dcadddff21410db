//! From WGSL to SPIR-V whose arithmetic the driver may not contract.
//!
//! A driver may fuse `a * b + c` into one rounding and reassociate constants,
//! unless every operation says `NoContraction`. The translator never says it, so
//! it is added here to the words it emits: that is what makes kernels
//! give the bits of the processor.

use crate::Error;

const HEADER: usize = 5;
const OP_TYPE: std::ops::RangeInclusive<u32> = 19..=39;
const OP_DECORATE: u32 = 71;
const NO_CONTRACTION: u32 = 42;
/// `OpFNegate`, `OpFAdd`, `OpFSub`, `OpFMul`, `OpFDiv`.
const ARITHMETIC: [u32; 5] = [127, 129, 131, 133, 136];

/// Translates a kernel; `name` is for the message if that fails.
pub(crate) fn translate(name: &'static str, source: &str) -> Result<Vec<u32>, Error> {
    let refused = |reason: String| Error::Kernel { name, reason };
    let module = naga::front::wgsl::parse_str(source)
        .map_err(|error| refused(error.emit_to_string(source)))?;
    let mut validator = naga::valid::Validator::new(
        naga::valid::ValidationFlags::all(),
        naga::valid::Capabilities::FLOAT64,
    );
    let info = validator
        .validate(&module)
        .map_err(|error| refused(format!("{:?}", error.into_inner())))?;
    let options = naga::back::spv::Options {
        // Loops of kernels end by construction.
        force_loop_bounding: false,
        ..naga::back::spv::Options::default()
    };
    let mut words = naga::back::spv::write_vec(&module, &info, &options, None)
        .map_err(|error| refused(error.to_string()))?;
    forbid_contraction(&mut words);
    Ok(words)
}

/// Decorates the result of every floating-point operation.
fn forbid_contraction(words: &mut Vec<u32>) {
    let mut decorations = Vec::new();
    let mut types = None;
    for (at, opcode) in instructions(words) {
        if ARITHMETIC.contains(&opcode) {
            let result = words[at + 2];
            decorations.extend([3 << 16 | OP_DECORATE, result, NO_CONTRACTION]);
        }
        if types.is_none() && OP_TYPE.contains(&opcode) {
            types = Some(at);
        }
    }
    // Decorations end where types begin.
    let at = types.unwrap_or(words.len());
    words.splice(at..at, decorations);
}

/// Where each instruction begins, and its opcode.
fn instructions(words: &[u32]) -> impl Iterator<Item = (usize, u32)> {
    let mut next = HEADER;
    std::iter::from_fn(move || {
        let at = next;
        let word = *words.get(at)?;
        // A length of 0 would never end; no instruction is that short.
        next += ((word >> 16) as usize).max(1);
        Some((at, word & 0xffff))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_float_operation_is_decorated_once() {
        for (name, source) in crate::shaders::all(crate::Precision::F64) {
            let words = translate(name, &source).unwrap();
            let decorated: Vec<u32> = instructions(&words)
                .filter(|(at, opcode)| *opcode == OP_DECORATE && words[at + 2] == NO_CONTRACTION)
                .map(|(at, _)| words[at + 1])
                .collect();
            let results: BTreeSet<u32> = instructions(&words)
                .filter(|(_, opcode)| ARITHMETIC.contains(opcode))
                .map(|(at, _)| words[at + 2])
                .collect();
            assert_eq!(decorated.len(), results.len(), "{name}");
            assert_eq!(decorated.into_iter().collect::<BTreeSet<_>>(), results);
            // The kernel of the trend compares and does not compute.
            assert_eq!(results.is_empty(), name == crate::shaders::TREND, "{name}");
        }
    }

    #[test]
    fn decorations_stand_before_the_types() {
        let (name, source) = crate::shaders::all(crate::Precision::F32).remove(0);
        let words = translate(name, &source).unwrap();
        let opcodes: Vec<u32> = instructions(&words).map(|(_, opcode)| opcode).collect();
        let last = opcodes.iter().rposition(|op| *op == OP_DECORATE).unwrap();
        let first = opcodes.iter().position(|op| OP_TYPE.contains(op)).unwrap();
        assert!(last < first);
    }
}
