// KAMA: Kaufman's adaptive average. Twin: twin/kama.rs.
//
//   ratio = |x[i] - x[i-L]| / noise        noise = sum of the L newest |x[j] - x[j-1]|
//   v     = ratio * (0.666 - 0.064) + 0.064
//   k     = k + v*v * (x - k)
//
// Before the window is full: the first source value, or (variant) a climb from 0 at v = 0.064.

const WEIGHTED: bool = false;

fn input(x: real, before: real) -> real {
    return abs(x - before);
}

fn averages_at(j: u32, bar: u32, x: real) {
    window(j, bar, x);
    for (var k = 0u; k < 9u; k++) {
        let length = shape.lines[k].length;
        let before = recursive[k];
        let climbed = before + numbers.slow_squared * (x - before);
        let waiting = select(select(before, x, bar == 0u), climbed, shape.variant == 1u);
        let adapted = adapt(before, x, x - behind(j, bar, length), plain_sum(length));
        recursive[k] = select(waiting, adapted, bar >= length);
        averages[k] = recursive[k];
    }
}

fn adapt(before: real, x: real, change: real, noise: real) -> real {
    // Where noise is 0 so is the change: a bound above 0 gives the ratio 0.
    let ratio = abs(change) / at_least(noise, numbers.tiny);
    let speed = ratio * numbers.fast_less_slow + numbers.slow;
    return before + (speed * speed) * (x - before);
}
