// What a bar gains on the one before, times the growth factor of the bar, one invocation per series
// and bar; all families share it. Twin: twin/gain.rs.
//
//   gain = (close - before) / before * growth       0 at bar 0
//
// | binding | holds | index |
// |---|---|---|
// | 0 tile | which series and bars | |
// | 1 growth | growth factors of the tile's bars | j |
// | 2 closes | `history` bars before the tile first | (history + j) * n_series + series |
// | 3 gains | | j * n_series + series |

struct Tile {
    n_series: u32,
    n_bars: u32,
    first_bar: u32,
    history: u32,
}

@group(0) @binding(0) var<uniform> tile: Tile;
@group(0) @binding(1) var<storage, read> growth: array<real>;
@group(0) @binding(2) var<storage, read> closes: array<real>;
@group(0) @binding(3) var<storage, read_write> gains: array<real>;

@compute @workgroup_size(WORKGROUP)
fn gain(@builtin(global_invocation_id) id: vec3<u32>) {
    if id.x >= tile.n_series || id.y >= tile.n_bars {
        return;
    }
    let at = (tile.history + id.y) * tile.n_series + id.x;
    let now = closes[at];
    var gained = ZERO;
    if tile.first_bar + id.y > 0u {
        let before = closes[at - tile.n_series];
        gained = ((now - before) / before) * growth[id.y];
    }
    gains[id.y * tile.n_series + id.x] = gained;
}
