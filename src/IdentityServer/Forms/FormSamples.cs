using IdentityServer.Themes;

namespace IdentityServer.Forms;

/// <summary>The shapes that the template of forms has to cope with.</summary>
internal static class FormSamples
{
    public static IReadOnlyList<FormPage> All { get; } =
    [
        new()
        {
            Action = "/oauth2/register?client_id=sample&scope=openid",
            Surface = FormPage.Register,
            Interaction = "sealed",
            Answers = "sealed",
            Application = new ApplicationView("Sample Shop", "https://shop.example", null, "https://shop.example/privacy", "https://shop.example/terms"),
            LoginUrl = "/oauth2/authorize?client_id=sample&scope=openid",
            PasswordMinLength = 12,
            Fields =
            [
                new() { Key = "user.fullName", Kind = "input", LabelKey = "field.user.fullName", Label = "Name", Required = true, Predefined = true, Autocomplete = "name" },
                new() { Key = "user.email", Kind = "input", Type = "email", LabelKey = "field.user.email", Label = "E-mail", Required = true, Predefined = true, Spelled = true, InputMode = "email", Autocomplete = "email" },
                new() { Key = "user.password", Kind = "password", LabelKey = "field.user.password", Label = "Password", Required = true, Predefined = true, Autocomplete = "new-password" },
            ],
        },
        new()
        {
            Action = "/oauth2/register?client_id=sample",
            Surface = FormPage.Register,
            Answers = "sealed",
            Application = new ApplicationView("Sample Shop"),
            LoginUrl = "/oauth2/authorize?client_id=sample",
            PasswordMinLength = 8,
            StepTitle = "What are you looking for?",
            Number = 2,
            Count = 3,
            HasPrevious = true,
            Notice = "more",
            Fields = EveryKind,
            Errors = new FieldErrors()
                .AddGeneral("stale", "Please try again.")
                .Add("user.password", "tooShort", "Too short.", new Dictionary<string, object> { ["min"] = 12 })
                .Add("registration.data.price", "couldNotConvert", "This can't be read.")
                .Add("registration.data.area", "missing", "Choose something.")
                .Add("registration.data.color", "missing", "Choose something.")
                .Add("registration.data.extras", "missing", "Choose something.")
                .Add("registration.data.news", "missing", "Choose something.")
                .Add("registration.data.note", "tooLong", "Too long."),
        },
        Verifying(new("ada@example.com", "waiting", "/waiting/id/state", "BCD-F23")),
        Verifying(new("ada@example.com", "waiting", "/waiting/id/state", "BCD-F23", Resent: true)) with { Number = 2, StepTitle = "Is this you?" },
        Verifying(new("ada@example.com", "waiting", "/waiting/id/state", "BCD-F23")) with
        {
            Errors = new FieldErrors().Add("code", "wrongCode", "This is another code."),
        },
        Verifying(new("ada@example.com", "confirmed")) with { Surface = FormPage.Complete, LoginUrl = null, HasPrevious = false },
        Verifying(new("ada@example.com", "gone")),
        new()
        {
            Action = "/oauth2/authorize?client_id=sample",
            Surface = FormPage.Complete,
            Interaction = "sealed",
            Answers = "sealed",
            Application = new ApplicationView("Sample Shop"),
            Account = new AccountView("Ada Lovelace", "ada@example.com"),
            PasswordMinLength = 8,
            Notice = "changed",
            Fields = EveryKind,
        },
        new()
        {
            Action = "/account/profile",
            Surface = FormPage.Profile,
            Answers = "sealed",
            Navigation = new NavigationView(
                new AccountView("Ada Lovelace", "ada@example.com"),
                [new NavigationItem("overview", "/account", false), new NavigationItem("profile", "/account/profile", true)],
                "/account",
                "/account/switch",
                "/oauth2/logout"),
            PasswordMinLength = 8,
            Notice = "saved",
            Fields = [new() { Key = "user.email", Kind = "input", Type = "email", LabelKey = "field.user.email", Label = "E-mail", Value = "ada@example.com", ReadOnly = true, Predefined = true }],
        },
        new()
        {
            Action = "/account/profile",
            Surface = FormPage.Profile,
            Answers = "sealed",
            Account = new AccountView("Ada"),
            PasswordMinLength = 8,
            Notice = "expired",
            Fields = [],
        },
    ];

    private static FormPage Verifying(FormVerificationView verification) => new()
    {
        Action = "/oauth2/register?client_id=sample",
        Surface = FormPage.Register,
        Answers = "sealed",
        Application = new ApplicationView("Sample Shop"),
        LoginUrl = "/oauth2/authorize?client_id=sample",
        PasswordMinLength = 8,
        Number = 2,
        Count = 2,
        HasPrevious = true,
        Fields = [],
        Verification = verification,
    };

    private static FormFieldView[] EveryKind =>
    [
        new()
        {
            Key = "user.email", Kind = "input", Type = "email", LabelKey = "field.user.email", Label = "E-mail", Value = "ada@example.com",
            ConfirmValue = "ada@example.co", Confirm = true, Required = true, Predefined = true, Spelled = true, InputMode = "email",
        },
        new() { Key = "user.password", Kind = "password", LabelKey = "field.user.password", Label = "Password", Confirm = true, Required = true, Predefined = true },
        new() { Key = "user.data.pin", Kind = "password", Label = "PIN", Hint = "Four digits.", Kept = true },
        new() { Key = "registration.data.price", Kind = "input", Type = "number", Label = "Lowest price", Hint = "In dollars.", Placeholder = "250000", Value = "abc", Required = true, InputMode = "decimal" },
        new() { Key = "registration.data.note", Kind = "textarea", Label = "Note", Optional = true, Hint = "Anything else?", Placeholder = "Near the river", Value = "Two\nlines" },
        new()
        {
            Key = "registration.data.area", Kind = "select", Label = "Area", Required = true, Decides = true, Hint = "Where?",
            Options = [new("registration.data.area", "registration.data.area-0", "denver", "Denver", true), new("registration.data.area", "registration.data.area-1", "boulder", "Boulder", false)],
        },
        new()
        {
            Key = "registration.data.color", Kind = "radio", Label = "Colour", Hint = "One of them.",
            Options = [new("registration.data.color", "registration.data.color-0", "red", "Red", true), new("registration.data.color", "registration.data.color-1", "blue", "Blue", false)],
        },
        new()
        {
            Key = "registration.data.extras", Kind = "checkboxes", Label = "Extras", Required = true, Hint = "As many as you like.",
            Options = [new("registration.data.extras", "registration.data.extras-0", "pool", "Pool", true), new("registration.data.extras", "registration.data.extras-1", "garden", "Garden", true)],
        },
        new() { Key = "registration.data.news", Kind = "checkbox", Label = "Send me news", Hint = "Once a month.", Checked = true, Required = true },
        new() { Key = "registration.data.plain", Kind = "checkbox", Label = "Something else", Optional = true },
    ];
}
