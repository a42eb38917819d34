namespace IdentityServer.Themes;

/// <summary>The model of a mail. Implement <see cref="IMail{TSelf}"/>.</summary>
public interface IMail;

/// <summary>
/// The model of a mail, a record of plain values. Its template is <c>mail/{Template}.hbs</c>: one for the HTML, the plain text and
/// the subject, so that they say the same. Names that people give themselves do not belong in it: whoever registers with another's
/// address and a name such as "win at evil.example" would have us mail that.
/// </summary>
/// <typeparam name="TSelf">The model itself.</typeparam>
public interface IMail<TSelf> : IMail
    where TSelf : class, IMail<TSelf>
{
    /// <summary>The file in the theme's folder <c>mail</c>, without <c>.hbs</c>.</summary>
    static abstract string Template { get; }

    /// <summary>All the shapes that the template has to cope with, rendered at start.</summary>
    static abstract IReadOnlyList<TSelf> Samples { get; }
}

/// <summary>A mail, ready.</summary>
internal sealed record RenderedMail(string Subject, string Text, string Html);

/// <summary>What every mail sees beside its model, as <c>frame</c>.</summary>
/// <param name="Language">The language it is in.</param>
/// <param name="Server">The address of the server that sends it.</param>
internal sealed record MailFrame(string Language, string Server)
{
    /// <summary>Reading direction for the <c>dir</c> attribute.</summary>
    public string Dir => LanguageNegotiation.IsRightToLeft(Language) ? "rtl" : "ltr";
}

/// <summary>A theme's templates for mails, and the partials that give them each form.</summary>
internal sealed record MailFiles(
    IReadOnlyDictionary<string, string> Templates, IReadOnlyDictionary<string, string> Html, IReadOnlyDictionary<string, string> Text);
