using System.Text;

namespace IdentityServer.Themes;

/// <summary>A page model's type, for what is done with all pages: checking them at start.</summary>
internal abstract class PageKind
{
    /// <summary>Every page model of the server. Found by reflection, so that a new page cannot be forgotten.</summary>
    public static readonly IReadOnlyList<PageKind> All =
    [
        .. from type in typeof(PageKind).Assembly.GetTypes()
           where type is { IsClass: true, IsAbstract: false }
               && type.GetInterfaces().Any(face => face.IsGenericType && face.GetGenericTypeDefinition() == typeof(IPage<>))
           select (PageKind)Activator.CreateInstance(typeof(Kind<>).MakeGenericType(type))!,
    ];

    public abstract string Template { get; }

    /// <summary>Samples that render, by number.</summary>
    public abstract int SampleCount { get; }

    public abstract object Sample(int number);

    public abstract byte[] RenderSample(Theme theme, int number, string language);

    /// <summary>Renders every sample in every language; says what went wrong.</summary>
    public IEnumerable<string> Try(Theme theme)
    {
        foreach (var language in theme.Languages)
        {
            for (var number = 0; number < SampleCount; number++)
            {
                if (Problem(theme, number, language) is { } problem)
                    yield return $"{Template}.hbs ({language}): {problem}";
            }
        }
    }

    private string? Problem(Theme theme, int number, string language)
    {
        try
        {
            var html = Encoding.UTF8.GetString(RenderSample(theme, number, language));
            return PostsBack && !html.Contains(SampleToken, StringComparison.Ordinal) ? "its form needs {{> antiforgery}}" : null;
        }
        catch (Exception problem)
        {
            return (problem.InnerException ?? problem).Message;
        }
    }

    protected const string SampleToken = "sample-antiforgery-token";

    protected abstract bool PostsBack { get; }

    private sealed class Kind<T> : PageKind where T : class, IPage<T>
    {
        public override string Template => T.Template;

        public override int SampleCount => T.Samples.Count;

        public override object Sample(int number) => T.Samples[number];

        protected override bool PostsBack => typeof(T).IsAssignableTo(typeof(IPostsBack));

        public override byte[] RenderSample(Theme theme, int number, string language)
        {
            var model = T.Samples[number];
            return theme.Render(model, new PageFrame(
                language,
                "",
                PostsBack ? new AntiforgeryField("token", SampleToken) : null,
                model is IRepeatable page ? theme.LanguageLinks(page.Action, language) : [],
                model is IKeepsAnswers,
                (model as INavigable)?.Navigation));
        }
    }
}
