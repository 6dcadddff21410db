// Layer 1 of a family and the equity of following it. Twin: twin/layer2.rs.
//
//   layer 1 = floor(100 * sum(s*e) / sum(e) + 0.5)        in hundredths
//   layer 2 = equity of following layer 1, started at the family's weight

struct Layer2 {
    signal: real,
    equity: real,
    // As they were at the bar before.
    signal_before: real,
    equity_before: real,
    factor: real,
}

var<private> layer: Layer2;

fn layer2(bar: u32, at: Bar, totals: Totals) {
    layer.signal_before = layer.signal;
    layer.equity_before = layer.equity;
    let flat = select(at.flat, layer.factor, shape.again == 1u);
    let held = select(flat, at.down, layer.signal < ZERO);
    layer.factor = select(held, at.up, layer.signal > ZERO);
    layer.equity = at_least(layer.equity * layer.factor, FLOOR);
    if bar == shape.cutout {
        // The first live bar earns nothing; the step to repeat is 0 at first.
        layer.factor = numbers.retain;
    }
    let value = ((totals.total - totals.unset) - TWO * totals.short) / totals.total;
    layer.signal = floor(value * HUNDRED + HALF);
}
