using IdentityServer.Forms;

namespace IdentityServer.Tests.Forms;

public sealed class FormCheckTests
{
    private const string Key = "registration.data.x";

    [Theory]
    [InlineData(FormDataType.String, " text ", "\"text\"")]
    [InlineData(FormDataType.Number, "250000", "250000")]
    [InlineData(FormDataType.Number, "2.50", "2.5")]
    [InlineData(FormDataType.Number, "-1e3", "-1000")]
    [InlineData(FormDataType.Number, "0.10", "0.1")]
    [InlineData(FormDataType.Date, "2024-02-29", "\"2024-02-29\"")]
    [InlineData(FormDataType.Email, "ana@example.com", "\"ana@example.com\"")]
    [InlineData(FormDataType.PhoneNumber, "+49 (30) 123-45.67", "\"\\u002B49301234567\"")]
    public void A_text_becomes_a_value_of_the_fields_type(FormDataType type, string typed, string json) =>
        Assert.Equal(json, Value(TestForms.Field(Key, type: type), typed));

    [Theory]
    [InlineData(FormDataType.Number, "abc", "couldNotConvert")]
    [InlineData(FormDataType.Number, "1,5", "couldNotConvert")]
    [InlineData(FormDataType.Number, "NaN", "couldNotConvert")]
    [InlineData(FormDataType.Number, "1e999", "couldNotConvert")]
    [InlineData(FormDataType.Number, "0x10", "couldNotConvert")]
    [InlineData(FormDataType.Date, "2023-02-29", "couldNotConvert")]
    [InlineData(FormDataType.Date, "29.02.2024", "couldNotConvert")]
    [InlineData(FormDataType.Email, "ana@example", "notEmail")]
    [InlineData(FormDataType.Email, "a@b@example.com", "notEmail")]
    [InlineData(FormDataType.PhoneNumber, "call me", "invalidPhone")]
    [InlineData(FormDataType.PhoneNumber, "+1234567890123456", "invalidPhone")]
    [InlineData(FormDataType.String, "two\nlines", "invalid")]
    [InlineData(FormDataType.String, "a\0b", "invalid")]
    public void What_is_no_such_value_is_told_at_the_field(FormDataType type, string typed, string reason) =>
        Assert.Equal($"[{reason}]{Key}", Codes(TestForms.Field(Key, type: type), typed));

    [Fact]
    public void A_line_has_a_longest_length() => Assert.Equal($"[tooLong]{Key}", Codes(TestForms.Field(Key), new string('a', 1001)));

    [Fact]
    public void Several_lines_are_one_value() => Assert.Equal("\"a\\nb\"", Value(TestForms.Field(Key, FormControl.Textarea), "a\r\nb\r\n"));

    [Fact]
    public void An_optional_field_left_blank_stores_nothing() => Assert.Null(Value(TestForms.Field(Key, type: FormDataType.Number), "  "));

    [Theory]
    [InlineData(FormControl.Text, "blank")]
    [InlineData(FormControl.Select, "missing")]
    [InlineData(FormControl.Radio, "missing")]
    [InlineData(FormControl.Checkbox, "missing")]
    public void A_required_field_left_blank_is_told(FormControl control, string reason)
    {
        var field = TestForms.Field(Key, control, change: d => d with { Required = true, Options = control is FormControl.Text ? [] : ["a", "b"] });

        Assert.Equal($"[{reason}]{Key}", Codes(field));
    }

    [Fact]
    public void Only_what_is_offered_can_be_chosen()
    {
        var field = TestForms.Field(Key, FormControl.Select, change: d => d with { Options = ["denver", "boulder"] });

        Assert.Equal("\"boulder\"", Value(field, "boulder"));
        Assert.Equal($"[invalid]{Key}", Codes(field, "Boulder"));
        Assert.Equal($"[invalid]{Key}", Codes(field, "denver", "boulder"));
    }

    [Fact]
    public void Several_boxes_give_a_list_of_the_fields_type()
    {
        var field = TestForms.Field(Key, FormControl.Checkbox, FormDataType.Number, d => d with { Options = ["1", "2", "3"] });

        Assert.Equal("[3,1]", Value(field, "3", "1", "3"));
        Assert.Equal($"[invalid]{Key}", Codes(field, "1", "4"));
    }

    [Fact]
    public void One_box_says_yes_and_no()
    {
        var field = TestForms.Field(Key, FormControl.Checkbox, FormDataType.Bool);

        Assert.Equal("true", Value(field, "true"));
        Assert.Equal("false", Value(field));
        Assert.Equal($"[invalid]{Key}", Codes(field, "yes"));
    }

    [Fact]
    public void A_required_box_must_be_ticked() =>
        Assert.Equal($"[missing]{Key}", Codes(TestForms.Field(Key, FormControl.Checkbox, FormDataType.Bool, d => d with { Required = true })));

    [Theory]
    [InlineData("AB-123", null)]
    [InlineData("AB-1234", "invalid")]
    [InlineData("xAB-123", "invalid")]
    public void An_expression_is_about_the_whole_value(string typed, string? reason) => Assert.Equal(
        reason is null ? string.Empty : $"[{reason}]{Key}",
        Codes(TestForms.Field(Key, change: d => d with { Validator = new() { Enabled = true, Expression = "[A-Z]{2}-[0-9]{3}|X" } }), typed));

    [Fact]
    public void An_expression_that_would_backtrack_for_ages_does_not()
    {
        var field = TestForms.Field(Key, change: d => d with { Validator = new() { Enabled = true, Expression = "(a+)+b" } });

        var watch = System.Diagnostics.Stopwatch.StartNew();
        Assert.Equal($"[invalid]{Key}", Codes(field, new string('a', 900)));
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(2));
    }

    [Theory]
    [InlineData("ab", "tooShort")]
    [InlineData("abcdef", "tooLong")]
    [InlineData("😀😀😀", null)]
    public void Lengths_count_characters(string typed, string? reason) => Assert.Equal(
        reason is null ? string.Empty : $"[{reason}]{Key}",
        Codes(TestForms.Field(Key, change: d => d with { Validator = new() { Enabled = true, MinLength = 3, MaxLength = 5 } }), typed));

    [Theory]
    [InlineData("0.9", "tooSmall")]
    [InlineData("10.1", "tooLarge")]
    [InlineData("10", null)]
    public void Numbers_have_bounds(string typed, string? reason) => Assert.Equal(
        reason is null ? string.Empty : $"[{reason}]{Key}",
        Codes(TestForms.Field(Key, type: FormDataType.Number, change: d => d with { Validator = new() { Enabled = true, MinValue = 1, MaxValue = 10 } }), typed));

    [Fact]
    public void A_validator_that_is_not_enabled_says_nothing() =>
        Assert.Equal(string.Empty, Codes(TestForms.Field(Key, change: d => d with { Validator = new() { Expression = "x", MinLength = 5 } }), "y"));

    [Fact]
    public void What_is_typed_twice_must_be_the_same()
    {
        var form = TestForms.Of([TestForms.Field("user.email", type: FormDataType.Email, change: d => d with { Confirm = true })]);

        Assert.Equal(
            ["[doNotMatch]user.email"],
            Check(form, ("user.email", ["ana@example.com"]), ("confirm.user.email", ["anna@example.com"])).Errors.Fields.Select(error => error.Code));
        Assert.False(Check(form, ("user.email", ["ana@example.com"]), ("confirm.user.email", [" ana@example.com "])).Errors.Any);
        Assert.True(Check(form, ("user.email", ["ana@example.com"])).Errors.Any);
    }

    [Fact]
    public void A_space_makes_another_password()
    {
        var form = TestForms.Of([TestForms.Field("user.password", FormControl.Password, change: d => d with { Confirm = true })]);

        Assert.True(Check(form, ("user.password", ["a secret "]), ("confirm.user.password", ["a secret"])).Errors.Has("user.password", "doNotMatch"));
    }

    [Fact]
    public void A_field_that_is_hidden_has_no_value_and_no_faults()
    {
        var form = TestForms.Of(
            [TestForms.Field("registration.data.pet", FormControl.Radio, change: d => d with { Options = ["yes", "no"] })],
            [
                TestForms.Field("registration.data.name", change: d => d with { Required = true, VisibleIf = new() { Key = "registration.data.pet", Values = ["yes"] } }),
                TestForms.Field("registration.data.age", type: FormDataType.Number, change: d => d with { VisibleIf = new() { Key = "registration.data.name" } }),
            ]);

        var without = Check(form, ("registration.data.pet", ["no"]), ("registration.data.name", ["Rex"]), ("registration.data.age", ["old"]));
        Assert.False(without.Errors.Any);
        Assert.Null(without["registration.data.name"]);
        Assert.Equal(["registration.data.pet"], without.Visible);

        var with = Check(form, ("registration.data.pet", ["yes"]), ("registration.data.name", ["Rex"]), ("registration.data.age", ["3"]));
        Assert.Equal("3", with["registration.data.age"]!.ToJsonString());
        Assert.True(Check(form, ("registration.data.pet", ["yes"])).Errors.Has("registration.data.name", "blank"));
    }

    [Fact]
    public void A_condition_on_a_number_compares_numbers()
    {
        var form = TestForms.Of(
            [
                TestForms.Field("registration.data.count", type: FormDataType.Number),
                TestForms.Field("registration.data.why", change: d => d with { RequiredIf = new() { Key = "registration.data.count", Values = ["2"] } }),
            ]);

        Assert.True(Check(form, ("registration.data.count", ["2.0"])).Errors.Has("registration.data.why", "blank"));
        Assert.False(Check(form, ("registration.data.count", ["20"])).Errors.Any);
    }

    [Fact]
    public void What_is_known_counts_for_conditions_though_nobody_asks()
    {
        var form = TestForms.Of([TestForms.Field("registration.data.why", change: d => d with { VisibleIf = new() { Key = "registration.data.kind", Values = ["a"] } })]);

        Assert.Empty(FormCheck.Check(form, new Answers(), new Answers().Set("registration.data.kind", "b")).Visible);
        Assert.Single(FormCheck.Check(form, new Answers(), new Answers().Set("registration.data.kind", "a")).Visible);
    }

    private static FormFindings Check(Form form, params (string Key, string[] Answer)[] answers)
    {
        var given = new Answers();
        foreach (var (key, answer) in answers)
        {
            given.Set(key, answer);
        }

        return FormCheck.Check(form, given);
    }

    private static string? Value(FormField field, params string[] answer)
    {
        var findings = Check(TestForms.Of([field]), (field.Key.Text, answer));
        Assert.Empty(findings.Errors.Fields);
        return findings[field.Key.Text]?.ToJsonString();
    }

    private static string Codes(FormField field, params string[] answer) =>
        string.Join(' ', Check(TestForms.Of([field]), (field.Key.Text, answer)).Errors.Fields.Select(error => error.Code));
}
