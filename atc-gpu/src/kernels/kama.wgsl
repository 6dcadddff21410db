// KAMA: Kaufman's adaptive average. Twin: twin/kama.rs.
//
//   ratio = |x[i] - x[i-L]| / noise        noise = sum of the L newest |x[j] - x[j-1]|
//   v     = ratio * (0.666 - 0.064) + 0.064
//   k     = k + v*v * (x - k)
//
// Before the window is full: the first source value, or (variant) a climb from 0 at v = 0.064.

fn input_at(j: u32, back: u32) -> real {
    return abs(source_at(j, back) - source_at(j, back + 1u));
}

fn averages_at(j: u32, bar: u32) {
    let q = window(j, false);
    let x = source_at(j, 0u);
    for (var k = 0u; k < 9u; k++) {
        let length = shape.lengths[k];
        if bar >= length {
            let noise = plain_sum(length, q);
            recursive[k] = adapt(recursive[k], x, x - source_at(j, length), noise);
        } else if shape.variant == 1u {
            recursive[k] = recursive[k] + numbers.slow_squared * (x - recursive[k]);
        } else if bar == 0u {
            recursive[k] = x;
        }
        averages[k] = recursive[k];
    }
}

fn adapt(before: real, x: real, change: real, noise: real) -> real {
    // Where noise is 0 so is the change: a bound above 0 gives the ratio 0.
    let ratio = abs(change) / at_least(noise, numbers.tiny);
    let speed = ratio * numbers.fast_less_slow + numbers.slow;
    return before + (speed * speed) * (x - before);
}
