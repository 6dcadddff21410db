// W of the newest differences of a Hull average, at most DIRECT of them, summed afresh at every
// bar. The differences before the newest lie in registers, the newest of them first; in the state
// from tile to tile. Twin: twin/hma.rs.
//
// OUTER, the most differences that a line has, is a constant of the kernel, at most DIRECT.

const DIRECT: u32 = 8u;

// Those of line k from k * OUTER on.
var<private> older: array<real, 9u * OUTER>;

fn hull(k: u32, bar: u32, newest: real) -> real {
    var sum = newest;
    var weighted = newest;
    for (var back = 1u; back < OUTER; back++) {
        if back < shape.lines[k].outer {
            sum = sum + older[k * OUTER + back - 1u];
            weighted = weighted + sum;
        }
    }
    for (var back = 1u; back < OUTER; back++) {
        older[k * OUTER + OUTER - back] = older[k * OUTER + OUTER - back - 1u];
    }
    older[k * OUTER] = newest;
    return weighted;
}

fn load_rings() {
    for (var k = 0u; k < 9u; k++) {
        for (var back = 1u; back < OUTER; back++) {
            if back < shape.lines[k].outer {
                older[k * OUTER + back - 1u] = state[row(shape.lines[k].ring + back - 1u)];
            }
        }
    }
}

fn store_rings() {
    for (var k = 0u; k < 9u; k++) {
        for (var back = 1u; back < OUTER; back++) {
            if back < shape.lines[k].outer {
                state[row(shape.lines[k].ring + back - 1u)] = older[k * OUTER + back - 1u];
            }
        }
    }
}
