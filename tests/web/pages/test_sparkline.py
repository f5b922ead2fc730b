from port502.web.pages.sparkline import HEIGHT, MOST, SPAN, WIDTH, drawn, line, note, remembered


def test_a_line_goes_from_left_to_right_and_up_with_the_value() -> None:
    assert (
        line([(0.0, 1.0), (SPAN / 2, 2.0), (SPAN, 3.0)], SPAN)
        == f"M0.0 {HEIGHT - 2:.1f}L60.0 12.0L{WIDTH:.1f} 2.0"
    )


def test_a_missing_value_is_a_gap_and_what_is_old_is_left_out() -> None:
    path = line([(-1.0, 9.0), (100.0, 1.0), (150.0, None), (200.0, 2.0), (300.0, 2.0)], SPAN)
    assert path.count("M") == 2
    assert path.startswith("M40.0")


def test_values_that_stay_lie_in_the_middle_and_none_make_nothing() -> None:
    assert line([(0.0, 5.0), (SPAN, 5.0)], SPAN) == f"M0.0 12.0L{WIDTH:.1f} 12.0"
    assert line([(0.0, None)], SPAN) == ""
    assert line([], SPAN) == ""
    assert 'd="M0 0"' in drawn("M0 0")


def test_what_is_remembered_is_bounded() -> None:
    assert len(remembered((float(number), 1.0) for number in range(1000))) == MOST


def test_a_clock_that_is_set_back_does_not_stop_the_line() -> None:
    seen = remembered([(3000.0, 1.0)])
    for time, value in ((4000.0, 2.0), (4000.0, 2.0), (3600.0, 3.0), (3601.0, None), (9000.0, 4.0)):
        note(seen, time, value)
    assert list(seen) == [(3000.0, 1.0), (3600.0, 3.0), (3601.0, None), (9000.0, 4.0)]
