namespace IdentityServer.Themes;

/// <summary>What every template sees beside its model, as <c>frame</c>.</summary>
internal sealed record PageFrame(
    string Language, string PathBase, AntiforgeryField? Antiforgery, IReadOnlyList<LanguageLink> Languages, bool KeepsAnswers = false,
    NavigationView? Navigation = null)
{
    /// <summary>Reading direction for the <c>dir</c> attribute.</summary>
    public string Dir => LanguageNegotiation.IsRightToLeft(Language) ? "rtl" : "ltr";
}

/// <summary>The hidden field that proves a post came from our page.</summary>
internal sealed record AntiforgeryField(string Name, string Value);

/// <summary>The same page in a language, named in that language.</summary>
internal sealed record LanguageLink(string Code, string Name, string Url, bool Current);
