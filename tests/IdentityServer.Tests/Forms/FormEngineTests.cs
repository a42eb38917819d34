using IdentityServer.Forms;
using IdentityServer.Tests.Fixtures;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Logging;

namespace IdentityServer.Tests.Forms;

public sealed class FormEngineTests
{
    private const string Binding = "this request";

    private readonly TestClock clock = new();
    private readonly List<string> logged = [];
    private readonly FormEngine engine;
    private readonly FormField email = TestForms.Field("user.email", type: FormDataType.Email, change: d => d with { Required = true });
    private readonly FormField password = TestForms.Field("user.password", FormControl.Password, change: d => d with { Required = true, Confirm = true });
    private readonly FormField price = TestForms.Field("registration.data.price", FormControl.Number, FormDataType.Number, d => d with { Required = true });
    private readonly Form form;

    public FormEngineTests()
    {
        engine = new FormEngine(new SealedAnswers(new EphemeralDataProtectionProvider(), clock), new ListLogger(logged));
        form = TestForms.Of([email, password], [price]);
    }

    [Fact]
    public void Steps_follow_one_another_and_the_last_gives_the_values()
    {
        var first = engine.Begin(form, Binding);
        Assert.Equal((1, 2, null), (first.Number, first.Count, first.Previous));

        var second = Shown(First(first));
        Assert.Equal((1, 2), (second.Step, second.Number));

        var done = Assert.IsType<FormMove.Complete>(Post(second, ("registration.data.price", "2.50")));
        Assert.Equal(["ana@example.com", "a secret of mine", "2.5"], done.Values.Select(value => FormCheck.Text(value.Value)));
    }

    [Fact]
    public void What_is_wrong_shows_the_step_again_with_what_was_typed()
    {
        var page = Shown(Post(engine.Begin(form, Binding), ("user.email", "ana"), ("user.password", "a secret of mine"), ("confirm.user.password", "another")));

        Assert.Equal(0, page.Step);
        Assert.Equal(["[notEmail]user.email", "[doNotMatch]user.password"], page.Errors.Fields.Select(error => error.Code));
        Assert.Equal(["ana"], page.Answers["user.email"]);
        Assert.False(page.Answers.Has("user.password"));
    }

    [Fact]
    public void A_password_that_is_right_is_kept_though_the_rest_is_wrong_and_need_not_be_typed_again()
    {
        var page = Shown(Post(engine.Begin(form, Binding), ("user.email", "ana"), ("user.password", "a secret of mine"), ("confirm.user.password", "a secret of mine")));
        Assert.True(page.Answers.Has("user.password"));

        var second = Shown(Post(page, ("user.email", "ana@example.com"), ("user.password", ""), ("confirm.user.password", "")));
        var done = Assert.IsType<FormMove.Complete>(Post(second, ("registration.data.price", "1")));
        Assert.Equal("a secret of mine", FormCheck.Text(done.Values[1].Value));
    }

    [Fact]
    public void Going_back_keeps_what_is_right_and_what_is_not()
    {
        var second = Shown(First(engine.Begin(form, Binding)));
        var back = Shown(Post(second, ("registration.data.price", "abc"), ("go", "back")));

        Assert.Equal(0, back.Step);
        Assert.False(back.Errors.Any);
        Assert.Equal(["ana@example.com"], back.Answers["user.email"]);

        var again = Shown(Post(back, ("user.email", "ana@example.com"), ("user.password", ""), ("confirm.user.password", "")));
        Assert.Equal(1, again.Step);
        Assert.Equal(["abc"], again.Answers["registration.data.price"]);
    }

    [Fact]
    public void A_step_can_be_sent_twice()
    {
        var first = engine.Begin(form, Binding);

        Assert.Equal(Shown(First(first)).Answers["user.email"], Shown(First(first)).Answers["user.email"]);
    }

    [Fact]
    public void A_step_can_not_be_skipped()
    {
        var move = Post(engine.Begin(form, Binding), ("registration.data.price", "1"));

        Assert.Equal(0, Shown(move).Step);
        Assert.Equal(["[blank]user.email", "[blank]user.password"], Shown(move).Errors.Fields.Select(error => error.Code));
    }

    [Theory]
    [InlineData("another request")]
    [InlineData(null)]
    public void Half_a_form_is_worthless_elsewhere_and_after_an_hour(string? binding)
    {
        var second = Shown(First(engine.Begin(form, Binding)));
        if (binding is null)
        {
            clock.Advance(SealedAnswers.Lifetime + TimeSpan.FromSeconds(1));
        }

        var page = Shown(engine.Handle(form, TestForms.Post(second.Sealed, ("registration.data.price", "7")), binding ?? Binding));

        Assert.Equal((0, FormNotice.Expired), (page.Step, page.Notice));
        Assert.False(page.Answers.Has("user.email"));
        Assert.False(page.Answers.Has("user.password"));
        Assert.Equal(["7"], page.Answers["registration.data.price"]);
    }

    [Fact]
    public void Half_a_form_can_not_be_altered_or_read()
    {
        var second = Shown(First(engine.Begin(form, Binding)));
        var bent = second.Sealed.ToCharArray();
        bent[^10] = bent[^10] == 'A' ? 'B' : 'A';

        Assert.Equal(FormNotice.Expired, Shown(engine.Handle(form, TestForms.Post(new string(bent)), Binding)).Notice);
        Assert.DoesNotContain("secret", second.Sealed, StringComparison.Ordinal);
    }

    [Fact]
    public void Half_a_form_outlives_a_restart()
    {
        var keys = Directory.CreateTempSubdirectory("forms-keys-");
        try
        {
            FormEngine Start() => new(new SealedAnswers(DataProtectionProvider.Create(keys), clock), new ListLogger(logged));
            var second = Shown(Start().Handle(form, FirstPost(Start().Begin(form, Binding)), Binding));

            Assert.IsType<FormMove.Complete>(Start().Handle(form, TestForms.Post(second.Sealed, ("registration.data.price", "1")), Binding));
        }
        finally
        {
            keys.Delete(recursive: true);
        }
    }

    [Fact]
    public void What_is_much_too_long_is_refused_and_not_carried_along()
    {
        var page = Shown(Post(engine.Begin(form, Binding), ("user.email", string.Concat(Enumerable.Repeat("😀", 100_000)))));

        Assert.True(page.Errors.Has("user.email", "tooLong"));
        Assert.InRange(page.Answers["user.email"][0].Length, 1, 12_000);
        Assert.InRange(page.Sealed.Length, 1, 100_000);
    }

    [Fact]
    public void A_form_that_was_changed_meanwhile_goes_on_at_the_first_step_that_is_not_as_it_was()
    {
        var second = Shown(First(engine.Begin(form, Binding)));
        var phone = TestForms.Field("user.mobilePhone", type: FormDataType.PhoneNumber, change: d => d with { Required = true });
        var edited = new Form(form.Id, form.Name, form.Type, [new FormStep([email, phone, password]), new FormStep([price])]);

        var page = Shown(engine.Handle(edited, TestForms.Post(second.Sealed, ("registration.data.price", "7")), Binding));

        Assert.Equal((0, FormNotice.Changed), (page.Step, page.Notice));
        Assert.False(page.Errors.Any);
        Assert.Equal(["ana@example.com"], page.Answers["user.email"]);
        Assert.Equal(["7"], page.Answers["registration.data.price"]);

        page = Shown(Post(edited, page, ("user.email", "ana@example.com"), ("user.mobilePhone", "+4930123456"), ("user.password", ""), ("confirm.user.password", "")));
        Assert.Equal(1, page.Step);
        Assert.IsType<FormMove.Complete>(Post(edited, page, ("registration.data.price", "7")));
    }

    [Fact]
    public void A_change_of_what_is_still_to_come_or_of_words_disturbs_nobody()
    {
        var first = engine.Begin(form, Binding);
        var reworded = TestForms.Field("user.email", type: FormDataType.Email, change: d => d with { Required = true, Label = "Mail", Description = "Yours." });
        var edited = new Form(form.Id, form.Name, form.Type, [new FormStep([reworded, password]), new FormStep([price, TestForms.Field("registration.data.more")])]);

        var second = Shown(engine.Handle(edited, FirstPost(first), Binding));

        Assert.Equal((1, FormNotice.None), (second.Step, second.Notice));
    }

    [Fact]
    public void A_field_that_the_changed_form_lacks_is_forgotten()
    {
        var second = Shown(First(engine.Begin(form, Binding)));
        var edited = new Form(form.Id, form.Name, form.Type, [new FormStep([email]), new FormStep([price])]);

        var done = Assert.IsType<FormMove.Complete>(Post(edited, second, ("registration.data.price", "7")));

        Assert.Equal(["user.email", "registration.data.price"], done.Values.Select(value => value.Field.Key.Text));
    }

    [Fact]
    public void A_field_that_an_answer_brings_up_is_shown_before_it_can_be_wrong()
    {
        var pet = TestForms.Field("registration.data.pet", FormControl.Select, change: d => d with { Options = ["yes", "no"], Required = true });
        var name = TestForms.Field("registration.data.name", change: d => d with { Required = true, Default = ["Rex"], VisibleIf = new() { Key = "registration.data.pet", Values = ["yes"] } });
        var dependent = TestForms.Of([pet, name]);
        var page = engine.Begin(dependent, Binding);
        Assert.Equal([pet], page.Fields);

        page = Shown(Post(dependent, page, ("registration.data.pet", "yes")));
        Assert.Equal(FormNotice.More, page.Notice);
        Assert.Equal([pet, name], page.Fields);
        Assert.False(page.Errors.Any);
        Assert.Equal(["Rex"], page.Answers["registration.data.name"]);

        page = Shown(Post(dependent, page, ("registration.data.pet", "yes"), ("registration.data.name", "")));
        Assert.True(page.Errors.Has("registration.data.name", "blank"));

        var done = Assert.IsType<FormMove.Complete>(Post(dependent, page, ("registration.data.pet", "no"), ("registration.data.name", "Bello")));
        Assert.Equal(["no", null], done.Values.Select(value => FormCheck.Text(value.Value)));
    }

    [Fact]
    public void A_step_without_anything_to_show_is_passed_over_in_both_directions()
    {
        var pet = TestForms.Field("registration.data.pet", FormControl.Select, change: d => d with { Options = ["yes", "no"] });
        var name = TestForms.Field("registration.data.name", change: d => d with { VisibleIf = new() { Key = "registration.data.pet", Values = ["yes"] } });
        var three = TestForms.Of([pet], [name], [price]);

        var last = Shown(Post(three, engine.Begin(three, Binding), ("registration.data.pet", "no")));
        Assert.Equal((2, 2, 2), (last.Step, last.Number, last.Count));
        Assert.Equal(0, Shown(Post(three, last, ("go", "back"))).Step);

        var middle = Shown(Post(three, engine.Begin(three, Binding), ("registration.data.pet", "yes")));
        Assert.Equal((1, 2, 3), (middle.Step, middle.Number, middle.Count));
    }

    [Fact]
    public void Fields_that_the_form_does_not_have_are_ignored_and_logged_by_name_alone()
    {
        var post = TestForms.Post(engine.Begin(form, Binding).Sealed, ("user.verified", "s3cret-value"), ("registration.roles", "admin"), ("user.email", "ana@example.com"));

        var page = Shown(engine.Handle(form, post, Binding));

        Assert.False(page.Answers.Has("registration.roles"));
        var line = Assert.Single(logged);
        Assert.Contains("user.verified registration.roles", line, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret-value", line, StringComparison.Ordinal);
    }

    [Fact]
    public void A_refusal_by_the_surface_is_told_on_the_step_of_its_field()
    {
        var done = Assert.IsType<FormMove.Complete>(Post(Shown(First(engine.Begin(form, Binding))), ("registration.data.price", "1")));

        var page = engine.Refuse(done, Binding, new FieldErrors().Add("user.email", "duplicate", "Taken."));

        Assert.Equal(0, page.Step);
        Assert.True(page.Errors.Has("user.email", "duplicate"));
        Assert.True(page.Answers.Has("user.password"));
    }

    [Fact]
    public void The_surfaces_rules_count_at_the_step_of_their_field()
    {
        FormMove Try(params (string, string)[] typed) => engine.Handle(
            form, TestForms.Post(engine.Begin(form, Binding).Sealed, typed), Binding,
            rules: _ => new FieldErrors().Add("user.password", "tooShort", "Short.").Add("registration.data.price", "invalid", "Later."));

        var page = Shown(Try(("user.email", "ana@example.com"), ("user.password", "short"), ("confirm.user.password", "short")));

        Assert.Equal(["[tooShort]user.password"], page.Errors.Fields.Select(error => error.Code));
        Assert.False(page.Answers.Has("user.password"));
    }

    [Fact]
    public void A_post_that_may_be_somebody_elses_brings_no_password_along()
    {
        var second = Shown(First(engine.Begin(form, Binding)));

        var page = engine.Again(form, TestForms.Post(second.Sealed, ("registration.data.price", "7")), Binding, new FieldErrors().AddGeneral("stale", "Stale."));

        Assert.Equal(1, page.Step);
        Assert.Equal(["7"], page.Answers["registration.data.price"]);
        Assert.False(page.Answers.Has("user.password"));
    }

    private FormMove First(FormProgress page) => engine.Handle(form, FirstPost(page), Binding);

    private static FormPost FirstPost(FormProgress page) => TestForms.Post(
        page.Sealed, ("user.email", "ana@example.com"), ("user.password", "a secret of mine"), ("confirm.user.password", "a secret of mine"));

    private FormMove Post(FormProgress page, params (string, string)[] typed) => Post(form, page, typed);

    private FormMove Post(Form current, FormProgress page, params (string, string)[] typed) =>
        engine.Handle(current, TestForms.Post(page.Sealed, typed), Binding);

    private static FormProgress Shown(FormMove move) => Assert.IsType<FormMove.Show>(move).Page;

    private sealed class ListLogger(List<string> lines) : ILogger<FormEngine>
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            lines.Add(formatter(state, exception));
    }
}
