// The average signal: sum(vote * layer2) / sum(layer2) over the six families, one invocation per
// series and bar. Twin: twin/average.rs.
//
//   vote = +1 where layer 1 is above the upper limit, -1 where below the lower, else 0
//
// Columns are those of family.wgsl; layout of the result: j * n_series + series.

struct Tile {
    n_series: u32,
    n_bars: u32,
    first_bar: u32,
    history: u32,
}

struct Limits {
    vote_long: real,
    vote_short: real,
    trend_long: real,
    trend_short: real,
}

@group(0) @binding(0) var<uniform> tile: Tile;
@group(0) @binding(1) var<uniform> limits: Limits;
@group(0) @binding(2) var<storage, read> ema: array<real>;
@group(0) @binding(3) var<storage, read> hma: array<real>;
@group(0) @binding(4) var<storage, read> wma: array<real>;
@group(0) @binding(5) var<storage, read> dema: array<real>;
@group(0) @binding(6) var<storage, read> lsma: array<real>;
@group(0) @binding(7) var<storage, read> kama: array<real>;
@group(0) @binding(8) var<storage, read_write> result: array<real>;

struct Votes {
    sum: real,
    total: real,
}

fn vote(before: Votes, signal: real, equity: real) -> Votes {
    let more = before.sum + select(ZERO, equity, signal > limits.vote_long);
    let less = more - select(ZERO, equity, signal < limits.vote_short);
    return Votes(less, before.total + equity);
}

@compute @workgroup_size(WORKGROUP)
fn average(@builtin(global_invocation_id) id: vec3<u32>) {
    if id.x >= tile.n_series || id.y >= tile.n_bars {
        return;
    }
    let at = id.y * tile.n_series + id.x;
    let equity = at + tile.n_bars * tile.n_series;
    var votes = Votes(ZERO, ZERO);
    votes = vote(votes, ema[at], ema[equity]);
    votes = vote(votes, hma[at], hma[equity]);
    votes = vote(votes, wma[at], wma[equity]);
    votes = vote(votes, dema[at], dema[equity]);
    votes = vote(votes, lsma[at], lsma[equity]);
    votes = vote(votes, kama[at], kama[equity]);
    result[at] = votes.sum / votes.total;
}
