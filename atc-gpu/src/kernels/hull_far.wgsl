// W of the newest differences of a Hull average, any number s of them. Twin: twin/hma.rs.
//
// They live in a ring of s rows, slot = bar % s. Up to DIRECT of them are summed afresh at
// every bar; beyond, the ring is followed by a table and two running sums, cut at every multiple of
// s as in window.wgsl.

const DIRECT: u32 = 8u;

fn hull(k: u32, bar: u32, newest: real) -> real {
    let s = shape.lines[k].outer;
    let ring = shape.lines[k].ring;
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
    return weighted;
}

// W of s differences above DIRECT.
fn hull_window(k: u32, newest: real, since: u32) -> real {
    let s = shape.lines[k].outer;
    let ring = shape.lines[k].ring;
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
    return state[row(table + s - 1u - since)] + (numbers.lines[k].outer_length * total - up);
}

fn load_rings() {}

fn store_rings() {}
