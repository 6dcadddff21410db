// WMA: 2W / (L(L+1)). Twin: twin/wma.rs.

fn input_at(j: u32, back: u32) -> real {
    return source_at(j, back);
}

fn averages_at(j: u32, bar: u32) {
    let q = window(j, true);
    for (var k = 0u; k < 9u; k++) {
        averages[k] = weighted_sum(shape.lengths[k], numbers.length[k], q) * numbers.scale[k];
    }
}
