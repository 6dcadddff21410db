// Sums over the newest L values, for many lengths at once.
//
//   S(L) = sum x          W(L) = sum k*x, k = 1 for the oldest .. L for the newest
//
// Time is cut at every multiple of `spacing`. At a cut one pass backwards fills tables of the sums
// of the m values before it; since the cut, q bars ago, `prefix` and `ramp` run:
//
//   S(L) = S_old(L - q) + prefix                      prefix = sum x
//   W(L) = W_old(L - q) + (L * prefix - ramp)         ramp   = sum (q - r)*x, r = 1 .. q
//
// Nothing is subtracted when a value leaves, so nothing drifts. The family says what is summed:
// `input` of a value of the source and the one before, and whether also with weights, WEIGHTED. Twin: twin/window.rs.

// Bars since the last cut, the newest one included.
var<private> q: u32;

// Bars from a bar to the next cut.
fn begin(j: u32, bar: u32) -> u32 {
    q = bar % shape.spacing;
    if q == 0u {
        cut(j, bar);
    }
    return shape.spacing - q;
}

fn cut(j: u32, bar: u32) {
    var sum = ZERO;
    var weight = ZERO;
    var newer = behind(j, bar, 1u);
    for (var m = 0u; m < shape.rows; m++) {
        keep_sums(m, sum, weight);
        let older = behind(j, bar, m + 2u);
        sum = sum + input(newer, older);
        weight = weight + sum;
        newer = older;
    }
    prefix = ZERO;
    ramp = ZERO;
}

// Takes the source of a bar.
fn window(j: u32, bar: u32, x: real) {
    q++;
    ramp = ramp + prefix;
    prefix = prefix + input(x, behind(j, bar, 1u));
    remember(bar, x);
}

// S of a length.
fn plain_sum(length: u32) -> real {
    return table_sum(length - q) + prefix;
}

// W of a length, which is also given as a number.
fn weighted_sum(length: u32, number: real) -> real {
    return table_weight(length - q) + (number * prefix - ramp);
}
