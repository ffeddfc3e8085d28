"""Jupyter's own test suite for kernels, jupyter_kernel_test, with every switch
on: it skips what a kernel does not declare, so everything is declared here."""

import jupyter_kernel_test
import pytest


class TestKernel(jupyter_kernel_test.KernelTests):
    kernel_name = "netherfield"
    language_name = "go"
    file_extension = ".go"

    code_hello_world = 'fmt.Println("hello, world")'
    code_stderr = 'fmt.Fprintln(os.Stderr, "to standard error")'

    completion_samples = [
        {"text": "fmt.Printl", "matches": {"Println"}},
        {"text": "strings.HasP", "matches": {"HasPrefix"}},
    ]

    complete_code_samples = [
        "1 + 2",
        "x := 1",
        "for i := 0; i < 3; i++ {\n\tfmt.Println(i)\n}",
        "func double(n int) int { return 2 * n }",
        'import "strings"',
        "// only a comment",
    ]
    incomplete_code_samples = [
        "for i := 0; i < 3; i++ {",
        "fmt.Println(1,",
        "s := []int{1,\n2,",
        "text := `raw",
        "x := 1 +",
    ]
    invalid_code_samples = [
        "for )",
        'fmt.Println("not closed)',
        "x := := 1",
    ]

    code_page_something = "fmt.Println?"
    code_generate_error = "undefinedName"
    code_execute_result = [
        {"code": "1 + 2", "result": "3"},
        {"code": "6 * 7", "result": "42"},
        {"code": "strings.Repeat(\"ab\", 2)", "result": '"abab"'},
        {"code": "1.5 * 2", "result": "3"},
    ]
    code_display_data = [
        {"code": 'display.HTML("<b>bold</b>")', "mime": "text/html"},
    ]

    supported_history_operations = ("tail", "range", "search")
    code_history_pattern = "6 ? 7*"  # one of the results above
    code_inspect_sample = "fmt.Println"
    code_clear_output = "display.Clear()"


class TestIopubWelcome(jupyter_kernel_test.IopubWelcomeTests):
    kernel_name = "netherfield"
    support_iopub_welcome = True


@pytest.mark.parametrize("ours", [TestKernel, TestIopubWelcome])
def test_every_switch_of_the_suite_is_on(ours):
    suite = ours.__mro__[1]
    switches = {
        name
        for name, value in vars(suite).items()
        if not name.startswith("_") and not callable(value) and not isinstance(value, classmethod)
    }
    assert switches, suite
    off = {name for name in switches if not vars(ours).get(name)}
    assert not off, f"{suite.__name__} skips tests for {sorted(off)}"
