namespace IdentityServer.Themes;

/// <summary>An application as a page shows it. Its addresses were typed by an administrator: only web addresses become links.</summary>
public sealed record ApplicationView
{
    /// <summary>Describes an application to a page.</summary>
    /// <param name="name">What people call it.</param>
    /// <param name="uri">Its home page.</param>
    /// <param name="logoUri">Its picture. Pages load nothing from elsewhere: only a data URL or a path of this server is shown.</param>
    /// <param name="policyUri">Its privacy policy.</param>
    /// <param name="tosUri">Its terms of service.</param>
    public ApplicationView(string name, string? uri = null, string? logoUri = null, string? policyUri = null, string? tosUri = null)
    {
        Name = name;
        Uri = WebAddress(uri);
        LogoUri = IsShown(logoUri) ? logoUri : null;
        PolicyUri = WebAddress(policyUri);
        TosUri = WebAddress(tosUri);
    }

    /// <summary>What people call it.</summary>
    public string Name { get; }

    /// <summary>Stands in for the picture.</summary>
    public string Initial => Initials.Of(Name);

    /// <summary>Home page, or null.</summary>
    public string? Uri { get; }

    /// <summary>Picture, or null.</summary>
    public string? LogoUri { get; }

    /// <summary>Privacy policy, or null.</summary>
    public string? PolicyUri { get; }

    /// <summary>Terms of service, or null.</summary>
    public string? TosUri { get; }

    private static string? WebAddress(string? text) =>
        System.Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "https" or "http" ? text : null;

    /// <summary>Whether pages show a picture: those loaded from elsewhere they don't.</summary>
    public static bool IsShown(string? text) => text is not null && !text.AsSpan().ContainsAnyExceptInRange('\x21', '\x7e')
        && (text.StartsWith("data:image/", StringComparison.Ordinal)
            || (text.StartsWith('/') && !text.StartsWith("//", StringComparison.Ordinal) && !text.Contains('\\', StringComparison.Ordinal)));
}

/// <summary>A person as a page shows them to themselves.</summary>
/// <param name="Name">Full name, or whatever they sign in with.</param>
/// <param name="Email">E-mail address, if it says more than the name.</param>
public sealed record AccountView(string Name, string? Email = null)
{
    /// <summary>The best that is known of a person: the full name with the address, or what they sign in with.</summary>
    public static AccountView Of(string? fullName, string? email, string? username) =>
        fullName is { Length: > 0 } ? new(fullName, email) : new(email ?? username ?? "–");

    /// <summary>Stands in for a picture.</summary>
    public string Initial => Initials.Of(Name);
}

/// <summary>The way between pages that belong together.</summary>
/// <param name="Account">Whose pages they are.</param>
/// <param name="Items">The pages.</param>
/// <param name="HomeUrl">The first of them.</param>
/// <param name="SwitchUrl">Where to choose another account.</param>
/// <param name="LogoutUrl">Where to sign out.</param>
public sealed record NavigationView(AccountView Account, IReadOnlyList<NavigationItem> Items, string HomeUrl, string SwitchUrl, string LogoutUrl)
{
    /// <summary>Whether this is the first of the pages.</summary>
    public bool AtHome => Items.Any(item => item.Current && item.Url == HomeUrl);
}

/// <summary>A page among others.</summary>
/// <param name="Name">What the messages <c>navigation.…</c> name it by.</param>
/// <param name="Url">Where it is.</param>
/// <param name="Current">Whether it is the one that is shown.</param>
public sealed record NavigationItem(string Name, string Url, bool Current);

/// <summary>An instant as a page shows it.</summary>
/// <param name="Text">As people read it.</param>
/// <param name="Iso">As programs do.</param>
public sealed record InstantView(string Text, string Iso);

internal static class Initials
{
    public static string Of(string name) => System.Globalization.StringInfo.GetNextTextElement(name.Trim()).ToUpperInvariant();
}

/// <summary>Where the cursor starts.</summary>
internal static class Focus
{
    /// <summary>The first field with an error, else the first that is empty.</summary>
    public static string? On(FieldErrors errors, params ReadOnlySpan<(string Name, string? Value)> fields)
    {
        foreach (var (name, _) in fields)
        {
            if (errors.Has(name))
                return name;
        }

        foreach (var (name, value) in fields)
        {
            if (string.IsNullOrEmpty(value))
                return name;
        }

        return null;
    }
}
