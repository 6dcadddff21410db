// One family through a tile: averages, crossovers and equities, layer 1, layer 2. One invocation
// per series, which goes through the bars of the tile in order. Twin: twin/family.rs.
//
// Bars go by in two parts: up to the bar after which the state is kept, if it lies in this tile, and
// on from there; and within them in blocks, which begin where the family has something to do
// that it does not do at every bar. So that stays out of the loop over the bars: a driver in software
// computes with masks and goes through all that a loop holds.

const PARTS: u32 = 2u;

@compute @workgroup_size(WORKGROUP)
fn family(@builtin(global_invocation_id) id: vec3<u32>) {
    series = id.x;
    if series >= tile.n_series {
        return;
    }
    load();
    let n = min(tile.n_bars, max(ends[series], tile.first_bar) - tile.first_bar);
    let kept = max(ends[tile.n_series + series], tile.first_bar) - tile.first_bar;
    let keeps = kept > 0u && kept <= n;
    var j = 0u;
    for (var part = 0u; part < PARTS; part++) {
        let stop = select(n, select(0u, kept, keeps), part == 0u);
        while j < stop {
            let block = min(stop, j + begin(j, tile.first_bar + j));
            for (; j < block; j++) {
                step(j, tile.first_bar + j);
            }
        }
        if part == 0u && keeps {
            store(KEPT);
        }
    }
    store(0u);
    store_tables();
    store_rings();
}

// Bar `j` of the tile, number `bar` of the series.
fn step(j: u32, bar: u32) {
    let close = closes[row(tile.history + j)];
    averages_at(j, bar, newest(j, close));
    let at = bar_at(close, gains[row(j)], bar);
    let totals = follow(bar, at);
    if bar >= shape.cutout {
        layer2(bar, at, totals);
        columns[row(j)] = layer.signal;
        columns[row(tile.n_bars + j)] = layer.equity;
    }
}

fn load() {
    if tile.first_bar == 0u {
        for (var k = 0u; k < 9u; k++) {
            equities[k] = ONE;
            sides[k] = FRESH;
        }
        let weight = at_least(numbers.weight, FLOOR);
        layer = Layer2(ZERO, weight, ZERO, weight, ONE);
        return;
    }
    for (var k = 0u; k < 9u; k++) {
        equities[k] = state[row(k)];
        sides[k] = side_of(state[row(9u + k)]);
        recursive[k] = state[row(25u + k)];
        second[k] = state[row(34u + k)];
    }
    layer.signal = state[row(18u)];
    layer.equity = state[row(19u)];
    layer.signal_before = state[row(20u)];
    layer.equity_before = state[row(21u)];
    layer.factor = state[row(22u)];
    prefix = state[row(23u)];
    ramp = state[row(24u)];
    load_tables();
    load_rings();
}

fn store(first: u32) {
    for (var k = 0u; k < 9u; k++) {
        state[row(first + k)] = equities[k];
        state[row(first + 9u + k)] = number_of(sides[k]);
        state[row(first + 25u + k)] = recursive[k];
        state[row(first + 34u + k)] = second[k];
    }
    state[row(first + 18u)] = layer.signal;
    state[row(first + 19u)] = layer.equity;
    state[row(first + 20u)] = layer.signal_before;
    state[row(first + 21u)] = layer.equity_before;
    state[row(first + 22u)] = layer.factor;
    state[row(first + 23u)] = prefix;
    state[row(first + 24u)] = ramp;
}
