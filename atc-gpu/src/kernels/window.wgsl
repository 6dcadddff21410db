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
// `input_at(j, back)`. Twin: twin/window.rs.

// Takes the input of bar `j` and returns q.
fn window(j: u32, weighted: bool) -> u32 {
    let since = (tile.first_bar + j) % shape.spacing;
    if since == 0u {
        window_cut(j, weighted);
    }
    ramp = ramp + prefix;
    prefix = prefix + input_at(j, 0u);
    return since + 1u;
}

fn window_cut(j: u32, weighted: bool) {
    var sum = ZERO;
    var weight = ZERO;
    for (var m = 0u; m < shape.rows; m++) {
        state[row(TABLES + m)] = sum;
        sum = sum + input_at(j, m + 1u);
        if weighted {
            state[row(TABLES + shape.rows + m)] = weight;
            weight = weight + sum;
        }
    }
    prefix = ZERO;
    ramp = ZERO;
}

// S of a length, q bars after the cut.
fn plain_sum(length: u32, q: u32) -> real {
    return state[row(TABLES + length - q)] + prefix;
}

// W of a length, which is also given as a number.
fn weighted_sum(length: u32, number: real, q: u32) -> real {
    return state[row(TABLES + shape.rows + length - q)] + (number * prefix - ramp);
}
