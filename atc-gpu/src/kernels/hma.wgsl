// HMA: the Hull average WMA_s(2*WMA_h - WMA_L), or (variant) the plain average S / L.
// Twin: twin/hma.rs.
//
// The differences of a length live in a ring of s rows, slot = bar % s. Up to DIRECT bars the
// outer average is summed afresh at every bar; beyond, the ring is followed by a table and two
// running sums, cut at every multiple of s as in window.wgsl.

const DIRECT: u32 = 8u;

fn input_at(j: u32, back: u32) -> real {
    return source_at(j, back);
}

fn averages_at(j: u32, bar: u32) {
    let q = window(j, true);
    for (var k = 0u; k < 9u; k++) {
        if shape.variant == 1u {
            averages[k] = plain_sum(shape.lengths[k], q) * numbers.inverse[k];
        } else {
            averages[k] = hull(k, difference(k, q), bar);
        }
    }
}

fn difference(k: u32, q: u32) -> real {
    let fast = weighted_sum(shape.half[k], numbers.half_length[k], q);
    let slow = weighted_sum(shape.lengths[k], numbers.length[k], q);
    return fast * numbers.half_scale[k] - slow * numbers.scale[k];
}

fn hull(k: u32, newest: real, bar: u32) -> real {
    let s = shape.outer[k];
    let ring = shape.ring[k];
    if bar == 0u {
        for (var m = 0u; m < s; m++) {
            state[row(ring + m)] = ZERO;
        }
    }
    let slot = bar % s;
    var weighted = newest;
    if s > DIRECT {
        weighted = hull_window(k, newest, slot);
    } else {
        var sum = newest;
        for (var back = 1u; back < s; back++) {
            sum = sum + state[row(ring + slot + select(0u, s, back > slot) - back)];
            weighted = weighted + sum;
        }
    }
    state[row(ring + slot)] = newest;
    return weighted * numbers.outer_scale[k];
}

// W of the s newest differences, s above DIRECT.
fn hull_window(k: u32, newest: real, since: u32) -> real {
    let s = shape.outer[k];
    let ring = shape.ring[k];
    let table = ring + s;
    let running = table + s;
    if since == 0u {
        var sum = ZERO;
        var weight = ZERO;
        for (var m = 0u; m < s; m++) {
            state[row(table + m)] = weight;
            sum = sum + state[row(ring + s - 1u - m)];
            weight = weight + sum;
        }
        state[row(running)] = ZERO;
        state[row(running + 1u)] = ZERO;
    }
    let up = state[row(running + 1u)] + state[row(running)];
    let total = state[row(running)] + newest;
    state[row(running)] = total;
    state[row(running + 1u)] = up;
    return state[row(table + s - 1u - since)] + (numbers.outer_length[k] * total - up);
}
