// Windows of at most NEAR bars: the values behind a bar and the tables of sums lie in memory of the
// invocation's own, and in the state only from tile to tile. See also far.wgsl.

const NEAR: u32 = 63u;
const RECENT: u32 = 64u;

// The newest values of the source, that of bar b at b % RECENT.
var<private> recent: array<real, RECENT>;

// Sums of the m values before the cut, plain and weighted.
var<private> sums: array<real, NEAR>;
var<private> weights: array<real, NEAR>;

// The source `back` bars before bar `bar`, at most RECENT.
fn behind(j: u32, bar: u32, back: u32) -> real {
    return recent[(bar - back) % RECENT];
}

fn remember(bar: u32, x: real) {
    recent[bar % RECENT] = x;
}

fn table_sum(m: u32) -> real {
    return sums[m];
}

fn table_weight(m: u32) -> real {
    return weights[m];
}

fn keep_sums(m: u32, sum: real, weight: real) {
    sums[m] = sum;
    if WEIGHTED {
        weights[m] = weight;
    }
}

fn load_tables() {
    for (var back = 1u; back <= shape.rows + 1u; back++) {
        remember(tile.first_bar - back, source[row(tile.history - back)]);
    }
    for (var m = 0u; m < shape.rows; m++) {
        sums[m] = state[row(TABLES + m)];
        if WEIGHTED {
            weights[m] = state[row(TABLES + shape.rows + m)];
        }
    }
}

fn store_tables() {
    for (var m = 0u; m < shape.rows; m++) {
        state[row(TABLES + m)] = sums[m];
        if WEIGHTED {
            state[row(TABLES + shape.rows + m)] = weights[m];
        }
    }
}
