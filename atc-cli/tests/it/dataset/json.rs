//! JSON rows, objects and lines.

use super::{HOUR, START, one};

#[test]
fn every_shape_of_one_table_gives_the_same_bars() {
    let tables = [
        "[[1704067200000,1,4,0.5,2,9],[1704070800000,2,3,1,2.5,9]]",
        "\u{feff}[[1704067200000,\"1\",\"4\",\"0.5\",\"2\",\"9\",1704070799999,\"0\",1,\"0\",\"0\",\"0\"],\n [1704070800000,2,3,1,\"2.5\",9,0,0,0,0,0,0]]",
        "[{\"time\":1704067200,\"open\":1,\"high\":4,\"low\":0.5,\"close\":2,\"x\":{\"y\":[1]}},\n{\"close\":\"2.5\",\"low\":1,\"high\":3,\"open\":2,\"time\":\"2024-01-01T01:00:00Z\"}]",
        "{\"t\":1704067200.0,\"o\":1,\"h\":4,\"l\":0.5,\"c\":2}\n\n{\"t\":1704070800.0,\"o\":2,\"h\":3,\"l\":1,\"c\":2.5}\n",
    ];
    for table in tables {
        let bars = one("BTC.json", table, "hl2");
        assert_eq!(bars.symbol, "BTC", "{table}");
        assert_eq!(bars.time, Some(vec![START, START + HOUR]), "{table}");
        assert_eq!(bars.close, [2.0, 2.5], "{table}");
        assert_eq!(bars.source, Some(vec![2.25, 2.0]), "{table}");
    }
}

#[test]
fn null_is_nan_and_rows_are_counted() {
    let bars = one("a.json", "[[1,null],[2,3.5]]", "close");
    assert!(bars.close[0].is_nan() && bars.close[1] == 3.5);
    assert_eq!(bars.row_of(1).unwrap().row, 2);
    let lines = one("a.jsonl", "{\"close\":1}\n\n{\"close\":2}\n", "close");
    assert_eq!(lines.time, None);
    assert_eq!(lines.row_of(1).unwrap().row, 3);
}
