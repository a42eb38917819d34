namespace IdentityServer.Themes;

// This room owns how pages look: templates, messages, assets, the choice of language, and the response headers
// of a page. It does not know what a page is about: models come from the front doors, already decided.

/// <summary>The model of one hosted page. A template sees this, the frame and nothing else.</summary>
/// <typeparam name="TSelf">The model itself.</typeparam>
public interface IPage<TSelf> where TSelf : class, IPage<TSelf>
{
    /// <summary>The file in the theme, without <c>.hbs</c>.</summary>
    static abstract string Template { get; }

    /// <summary>A model with everything filled in. At start each page is rendered with it, so that mistakes stop the server.</summary>
    static abstract TSelf Sample { get; }

    /// <summary>All the shapes that the template has to cope with, rendered at start as well.</summary>
    static virtual IReadOnlyList<TSelf> Samples => [TSelf.Sample];
}

/// <summary>A page with a form that comes back to us: its frame holds an anti-forgery token.</summary>
public interface IPostsBack;

/// <summary>A page that a GET of its <see cref="Action"/> shows again: it offers the other languages by links to there.</summary>
public interface IRepeatable
{
    /// <summary>Where the form posts to.</summary>
    string Action { get; }
}

/// <summary>
/// A page whose form holds answers that a GET would lose: it offers the other languages by buttons of its form, whose id is
/// <c>form</c>.
/// </summary>
public interface IKeepsAnswers : IRepeatable;

/// <summary>One of several pages that belong together: the frame holds the way to the others. Null: it stands alone this time.</summary>
public interface INavigable
{
    /// <summary>The way to the others.</summary>
    NavigationView? Navigation { get; }
}

/// <summary>Makes results of page models.</summary>
public static class Page
{
    /// <summary>Shows a page.</summary>
    /// <param name="model">The model.</param>
    /// <param name="status">HTTP status of the response.</param>
    /// <param name="theme">The application's theme; the default one if null or unusable.</param>
    /// <param name="locales"><c>ui_locales</c> of a request that did not travel in the query (a pushed one).</param>
    public static PageResult<T> Show<T>(T model, int status = StatusCodes.Status200OK, string? theme = null, string? locales = null)
        where T : class, IPage<T> => new(model, status, theme, locales);
}
