// Windows of any length: the values behind a bar are read from the source, and the tables of sums
// lie in the state. See also near.wgsl.

// The source `back` bars before bar `j` of the tile.
fn behind(j: u32, bar: u32, back: u32) -> real {
    return source[row(tile.history + j - back)];
}

fn remember(bar: u32, x: real) {}

fn table_sum(m: u32) -> real {
    return state[row(TABLES + m)];
}

fn table_weight(m: u32) -> real {
    return state[row(TABLES + shape.rows + m)];
}

fn keep_sums(m: u32, sum: real, weight: real) {
    state[row(TABLES + m)] = sum;
    if WEIGHTED {
        state[row(TABLES + shape.rows + m)] = weight;
    }
}

fn load_tables() {}

fn store_tables() {}
