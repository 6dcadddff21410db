// W of the newest differences of a Hull average, at most DIRECT of them, summed afresh at every
// bar. The differences before the newest lie in registers, the newest of them first; in the state
// from tile to tile.

const DIRECT: u32 = 8u;

var<private> behind_newest: array<real, 63>;

fn hull(k: u32, bar: u32, newest: real) -> real {
    var sum = newest;
    var weighted = newest;
    for (var back = 1u; back < 8u; back++) {
        if back < shape.lines[k].outer {
            sum = sum + behind_newest[7u * k + back - 1u];
            weighted = weighted + sum;
        }
    }
    for (var back = 1u; back < 7u; back++) {
        behind_newest[7u * k + 7u - back] = behind_newest[7u * k + 6u - back];
    }
    behind_newest[7u * k] = newest;
    return weighted;
}

fn load_rings() {
    for (var k = 0u; k < 9u; k++) {
        for (var back = 1u; back < 8u; back++) {
            if back < shape.lines[k].outer {
                behind_newest[7u * k + back - 1u] = state[row(shape.lines[k].ring + back - 1u)];
            }
        }
    }
}

fn store_rings() {
    for (var k = 0u; k < 9u; k++) {
        for (var back = 1u; back < 8u; back++) {
            if back < shape.lines[k].outer {
                state[row(shape.lines[k].ring + back - 1u)] = behind_newest[7u * k + back - 1u];
            }
        }
    }
}
