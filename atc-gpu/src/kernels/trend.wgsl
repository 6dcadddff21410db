// The last flip of the trend, one invocation per series. Twin: twin/trend.rs.
//
//   flip = the trend turns long or short, and the last flip was not to that side
//
// | binding | holds | index |
// |---|---|---|
// | 0 tile, 1 limits | as in average.wgsl | |
// | 2 rules | cutout, 1 if the average is delayed by one bar | |
// | 3 ends | bars of each series, then after how many its flip is kept | series |
// | 4 average | of average.wgsl, not delayed | j * n_series + series |
// | 5 state | side and bar of the last flip, side before, side to come; side and bar that were kept | row * n_series + series |

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

struct Rules {
    cutout: u32,
    delayed: u32,
}

@group(0) @binding(0) var<uniform> tile: Tile;
@group(0) @binding(1) var<uniform> limits: Limits;
@group(0) @binding(2) var<uniform> rules: Rules;
@group(0) @binding(3) var<storage, read> ends: array<u32>;
@group(0) @binding(4) var<storage, read> average: array<real>;
@group(0) @binding(5) var<storage, read_write> state: array<u32>;

// Sides of an average.
const NONE: u32 = 0u;
const NEUTRAL: u32 = 1u;
const LONG: u32 = 2u;
const SHORT: u32 = 3u;

fn side(value: real) -> u32 {
    // An average lies in -1 ..= 1; a NaN lies nowhere.
    let valued = value >= -TWO && value <= TWO;
    let unsure = select(NONE, NEUTRAL, valued);
    let falling = select(unsure, SHORT, value < limits.trend_short);
    return select(falling, LONG, value > limits.trend_long);
}

@compute @workgroup_size(WORKGROUP)
fn trend(@builtin(global_invocation_id) id: vec3<u32>) {
    let series = id.x;
    if series >= tile.n_series {
        return;
    }
    var flip = NONE;
    var flip_bar = 0u;
    var before = NONE;
    var coming = side(ZERO);
    if tile.first_bar > 0u {
        flip = state[series];
        flip_bar = state[tile.n_series + series];
        before = state[2u * tile.n_series + series];
        coming = state[3u * tile.n_series + series];
    }
    let end = max(ends[series], tile.first_bar) - tile.first_bar;
    let n = min(tile.n_bars, end);
    let keep_after = ends[tile.n_series + series];
    for (var j = 0u; j < n; j++) {
        let bar = tile.first_bar + j;
        if bar >= rules.cutout {
            let fresh = side(average[j * tile.n_series + series]);
            let now = select(fresh, coming, rules.delayed == 1u);
            coming = fresh;
            let turns = now != before && now != flip && now >= LONG && before != NONE;
            flip_bar = select(flip_bar, bar, turns);
            flip = select(flip, now, turns);
            before = select(now, before, now == NONE);
        }
        if bar + 1u == keep_after {
            state[4u * tile.n_series + series] = flip;
            state[5u * tile.n_series + series] = flip_bar;
        }
    }
    state[series] = flip;
    state[tile.n_series + series] = flip_bar;
    state[2u * tile.n_series + series] = before;
    state[3u * tile.n_series + series] = coming;
}
