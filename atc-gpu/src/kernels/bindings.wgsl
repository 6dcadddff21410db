// What every family's kernel sees, one invocation per series.
//
// | binding | holds | index |
// |---|---|---|
// | 0 tile | which series and bars | |
// | 1, 2 shape, numbers | what the family computes: `constants.rs` | |
// | 3, 4 closes, source | input, `history` bars before the tile first | (history + j) * n_series + series |
// | 5 growth | growth factors of the tile's bars | j |
// | 6 ends | bars of each series, from bar 0; then the bars after which its state is kept | series |
// | 7 state | carried from tile to tile in time | row * n_series + series |
// | 8 columns | layer-1 signals in hundredths, then layer-2 equities | (column * n_bars + j) * n_series + series |
//
// Rows of state: 0 equities, 9 sides, 18 layer 2 (signal, equity, the two at the bar
// before, factor), 23 prefix, 24 ramp, 25 and 34 recursive averages, 43 all of these as they were when
// they were kept, 86 tables of window sums, then the rings of Hull averages.

struct Tile {
    n_series: u32,
    n_bars: u32,
    first_bar: u32,
    history: u32,
}

struct Shape {
    variant: u32,
    again: u32,
    cutout: u32,
    spacing: u32,
    rows: u32,
    lengths: array<u32, 9>,
    half: array<u32, 9>,
    outer: array<u32, 9>,
    first: array<u32, 9>,
    ring: array<u32, 9>,
}

struct Numbers {
    retain: real,
    low: real,
    high: real,
    weight: real,
    vote_long: real,
    vote_short: real,
    tiny: real,
    slow: real,
    fast_less_slow: real,
    slow_squared: real,
    length: array<real, 9>,
    inverse: array<real, 9>,
    factor: array<real, 9>,
    scale: array<real, 9>,
    half_length: array<real, 9>,
    half_scale: array<real, 9>,
    outer_length: array<real, 9>,
    outer_scale: array<real, 9>,
    of_weighted: array<real, 9>,
    of_sum: array<real, 9>,
}

@group(0) @binding(0) var<storage, read> tile: Tile;
@group(0) @binding(1) var<storage, read> shape: Shape;
@group(0) @binding(2) var<storage, read> numbers: Numbers;
@group(0) @binding(3) var<storage, read> closes: array<real>;
@group(0) @binding(4) var<storage, read> source: array<real>;
@group(0) @binding(5) var<storage, read> growth: array<real>;
@group(0) @binding(6) var<storage, read> ends: array<u32>;
@group(0) @binding(7) var<storage, read_write> state: array<real>;
@group(0) @binding(8) var<storage, read_write> columns: array<real>;

const KEPT: u32 = 43u;
const TABLES: u32 = 86u;

// The series of this invocation.
var<private> series: u32;

// The nine averages of the bar.
var<private> averages: array<real, 9>;

// States of recursive averages.
var<private> recursive: array<real, 9>;
var<private> second: array<real, 9>;

// Sums since the last cut; see window.wgsl.
var<private> prefix: real;
var<private> ramp: real;

fn row(r: u32) -> u32 {
    return r * tile.n_series + series;
}

// The source `back` bars before bar `j` of the tile.
fn source_at(j: u32, back: u32) -> real {
    return source[row(tile.history + j - back)];
}

fn at_least(value: real, bound: real) -> real {
    return select(value, bound, bound > value);
}
