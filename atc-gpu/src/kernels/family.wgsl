// One family through a tile: averages, crossovers and equities, layer 1, layer 2. One invocation
// per series, which goes through the bars of the tile in order. Twin: twin/family.rs.

@compute @workgroup_size(WORKGROUP)
fn family(@builtin(global_invocation_id) id: vec3<u32>) {
    series = id.x;
    if series >= tile.n_series {
        return;
    }
    load();
    let end = max(ends[series], tile.first_bar) - tile.first_bar;
    let n = min(tile.n_bars, end);
    let keep_after = ends[tile.n_series + series];
    for (var j = 0u; j < n; j++) {
        let bar = tile.first_bar + j;
        averages_at(j, bar);
        let at = bar_at(j, bar);
        let totals = follow(bar, at);
        if bar >= shape.cutout {
            layer2(bar, at, totals);
            columns[row(j)] = layer.signal;
            columns[row(tile.n_bars + j)] = layer.equity;
        }
        if bar + 1u == keep_after {
            store(KEPT);
        }
    }
    store(0u);
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
        sides[k] = state[row(9u + k)];
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
}

fn store(first: u32) {
    for (var k = 0u; k < 9u; k++) {
        state[row(first + k)] = equities[k];
        state[row(first + 9u + k)] = sides[k];
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
