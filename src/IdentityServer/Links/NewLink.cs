namespace IdentityServer.Links;

/// <summary>A link to be made.</summary>
public sealed record NewLink
{
    /// <summary>The id that its row gets; the address of the waiting page names it.</summary>
    public Guid Id { get; init; } = Guid.CreateVersion7();

    /// <summary>What it is good for.</summary>
    public required LinkPurpose Purpose { get; init; }

    /// <summary>The tenant.</summary>
    public required Guid TenantId { get; init; }

    /// <summary>Whose it is; null while there is no account, or where there is none and nobody may notice.</summary>
    public Guid? UserId { get; init; }

    /// <summary>The application that it leads to, if any.</summary>
    public Guid? ApplicationId { get; init; }

    /// <summary>The canonical key of the address that it is mailed to.</summary>
    public string? EmailKey { get; init; }

    /// <summary>The secret of the browser that asked (<c>LinkCookie</c>); null if no browser asked.</summary>
    public string? Browser { get; init; }

    /// <summary>Whether a short code goes with it. Without code and browser, a press of a button confirms.</summary>
    public bool WithCode { get; init; } = true;

    /// <summary>Another life than its purpose's.</summary>
    public TimeSpan? Lifetime { get; init; }

    /// <summary>What it needs to go on; kept sealed.</summary>
    public LinkFacts Facts { get; init; } = new();
}

/// <summary>What a link needs to go on, and what its pages show. Sealed at rest.</summary>
public sealed record LinkFacts
{
    /// <summary>What was typed, or where the mail went, as the waiting page shows it.</summary>
    public string? Address { get; init; }

    /// <summary>
    /// Path and query of the page on which the browser that asked waits. It takes posts of <c>secret</c>, <c>code</c> and nothing
    /// (to go on), each with <see cref="Step"/>. Null: <c>/waiting/{id}</c>.
    /// </summary>
    public string? WaitingUrl { get; init; }

    /// <summary>The value of <c>step</c> that posts to <see cref="WaitingUrl"/> carry.</summary>
    public string? Step { get; init; }

    /// <summary>Where "wrong address? go back" leads, and where one asks for another link.</summary>
    public string? BackUrl { get; init; }

    /// <summary>"Keep me signed in".</summary>
    public bool Persistent { get; init; }

    /// <summary>What else the purpose needs, such as a new address.</summary>
    public IReadOnlyDictionary<string, string> More { get; init; } = new Dictionary<string, string>();
}

/// <summary>A link that was made: the row, and what goes into the mail and nowhere else.</summary>
/// <param name="Row">The row.</param>
/// <param name="Secret">The link's secret.</param>
/// <param name="Code">The short code, if there is one; <see cref="LinkCode.Show"/> writes it.</param>
public sealed record MadeLink(Link Row, string Secret, string? Code)
{
    /// <summary>Path of the link; the mail puts the public address before it.</summary>
    public string Path => $"{Paths.Link}/{Secret}";

    /// <summary>Neither secret nor code appears in a log.</summary>
    public override string ToString() => $"{nameof(MadeLink)} {Row.Id}";
}

/// <summary>How long links live.</summary>
public static class LinkLifetimes
{
    /// <summary>Who has confirmed has at least this long to go on, such as to type a new password.</summary>
    public static readonly TimeSpan AfterConfirmation = TimeSpan.FromMinutes(10);

    /// <summary>The life of a link of this purpose.</summary>
    public static TimeSpan Of(LinkPurpose purpose) => purpose switch
    {
        LinkPurpose.SignIn or LinkPurpose.SignUp or LinkPurpose.SecondFactor => TimeSpan.FromMinutes(10),
        LinkPurpose.Register => TimeSpan.FromHours(1), // As long as half a form lasts.
        LinkPurpose.VerifyEmail or LinkPurpose.VerifyRegistration or LinkPurpose.ChangeEmail => TimeSpan.FromHours(24),
        LinkPurpose.ChangePassword => TimeSpan.FromMinutes(30),
        LinkPurpose.Invitation or LinkPurpose.UndoChangeEmail => TimeSpan.FromDays(7),
        LinkPurpose.TwoFactorLogin or LinkPurpose.TrustToken => TimeSpan.FromMinutes(5),
        _ => TimeSpan.FromMinutes(1),
    };
}
