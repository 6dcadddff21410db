// HMA: the Hull average WMA_s(2*WMA_h - WMA_L). Twin: twin/hma.rs.
//
// The outer average is `hull`: of hull_near.wgsl or hull_far.wgsl.

const WEIGHTED: bool = true;

fn input(x: real, before: real) -> real {
    return x;
}

fn averages_at(j: u32, bar: u32, x: real) {
    window(j, bar, x);
    for (var k = 0u; k < 9u; k++) {
        let fast = weighted_sum(shape.lines[k].half, numbers.lines[k].half_length);
        let slow = weighted_sum(shape.lines[k].length, numbers.lines[k].length);
        let newest = fast * numbers.lines[k].half_scale - slow * numbers.lines[k].scale;
        averages[k] = hull(k, bar, newest) * numbers.lines[k].outer_scale;
    }
}
