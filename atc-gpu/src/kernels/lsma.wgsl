// LSMA: the least-squares line over the window, a*W + b*S. Twin: twin/lsma.rs.

const WEIGHTED: bool = true;

fn input(x: real, before: real) -> real {
    return x;
}

fn averages_at(j: u32, bar: u32, x: real) {
    window(j, bar, x);
    for (var k = 0u; k < 9u; k++) {
        let weighted = weighted_sum(shape.lines[k].length, numbers.lines[k].length);
        let sum = plain_sum(shape.lines[k].length);
        averages[k] = weighted * numbers.lines[k].of_weighted + sum * numbers.lines[k].of_sum;
    }
}
