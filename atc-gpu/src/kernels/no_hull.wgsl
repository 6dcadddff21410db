// What families other than the HMA carry of Hull averages.

fn load_rings() {}

fn store_rings() {}
