namespace IdentityServer.Themes;

/// <summary>A mail model's type: its template, and its samples for the check at start.</summary>
internal abstract class MailKind
{
    /// <summary>Every mail of the server. Found by reflection, so that a new one cannot be forgotten.</summary>
    public static readonly IReadOnlyList<MailKind> All =
    [
        .. from type in typeof(MailKind).Assembly.GetTypes()
           where type is { IsClass: true, IsAbstract: false }
               && type.GetInterfaces().Any(face => face.IsGenericType && face.GetGenericTypeDefinition() == typeof(IMail<>))
           select (MailKind)Activator.CreateInstance(typeof(Kind<>).MakeGenericType(type))!,
    ];

    private static readonly Dictionary<Type, MailKind> ByModel = All.ToDictionary(kind => kind.Model);

    public abstract string Template { get; }

    public abstract IReadOnlyList<IMail> Samples { get; }

    protected abstract Type Model { get; }

    public static MailKind Of(IMail model) => ByModel[model.GetType()];

    /// <summary>Renders every sample in every language; says what went wrong.</summary>
    public IEnumerable<string> Try(Theme theme) =>
        from language in theme.Languages
        from sample in Samples
        let problem = Problem(theme, sample, language)
        where problem is not null
        select $"mail/{Template}.hbs ({language}): {problem}";

    private static string? Problem(Theme theme, IMail sample, string language)
    {
        try
        {
            var mail = theme.Mails.Render(sample, new MailFrame(language, PublicAddress.Default));
            return mail.Subject.Length == 0 ? "it has no subject" : null;
        }
        catch (Exception problem)
        {
            return (problem.InnerException ?? problem).Message;
        }
    }

    private sealed class Kind<T> : MailKind
        where T : class, IMail<T>
    {
        public override string Template => T.Template;

        public override IReadOnlyList<IMail> Samples => T.Samples;

        protected override Type Model => typeof(T);
    }
}
