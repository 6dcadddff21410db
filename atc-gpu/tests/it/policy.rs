//! Names of policies and precisions.

use atc_gpu::{Error, Policy, Precision};

#[test]
fn names_read_back_as_what_they_name() {
    for policy in Policy::ALL {
        assert_eq!(policy.to_string().parse(), Ok(*policy));
    }
    for precision in Precision::ALL {
        assert_eq!(precision.to_string().parse(), Ok(*precision));
    }
}

#[test]
fn a_variable_that_is_not_set_leaves_the_default() {
    for value in [None, Some(""), Some("  "), Some("auto"), Some(" auto\n")] {
        assert_eq!(Policy::from_env_value(value), Ok(Policy::Auto), "{value:?}");
    }
    assert_eq!(
        Policy::from_env_value(Some("required")),
        Ok(Policy::Required)
    );
}

#[test]
fn an_unknown_name_is_refused_with_the_known_ones() {
    let refused = Policy::from_env_value(Some("on")).unwrap_err();
    assert_eq!(
        refused.to_string(),
        r#"unknown GPU policy "on", expected one of ["off", "auto", "required"]"#
    );
    let refused = "f16".parse::<Precision>().unwrap_err();
    assert!(matches!(refused, Error::UnknownName { ref got, .. } if got == "f16"));
}
