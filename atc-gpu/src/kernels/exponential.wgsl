// Exponential smoothing: a sum up to bar `first`, whose mean over some values is the seed, and
// recursive from there. Twin: twin/exponential.rs.
//
// A block begins at every bar that seeds a line, before whose step the family's `seed` has put the
// mean in place.

fn exponential(before: real, x: real, factor: real, bar: u32, first: u32) -> real {
    let waiting = select(before, before + x, bar < first);
    return select(waiting, before + factor * (x - before), bar > first);
}

// The longest block: series that go on from different bars, each where its state was kept, wait
// for each other at the end of a block.
const BLOCK: u32 = 64u;

// Bars from a bar to the next one that seeds a line, or to the end of the block.
fn begin(j: u32, bar: u32) -> u32 {
    seed(source[row(tile.history + j)], bar);
    var left = BLOCK - bar % BLOCK;
    for (var k = 0u; k < 9u; k++) {
        left = min(left, bars_to(shape.lines[k].length - 1u, bar));
        left = min(left, bars_to(shape.lines[k].first, bar));
    }
    return left;
}

fn bars_to(first: u32, bar: u32) -> u32 {
    return select(BLOCK, first - bar, first > bar);
}

fn load_tables() {}

fn store_tables() {}
