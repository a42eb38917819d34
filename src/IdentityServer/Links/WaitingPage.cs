using IdentityServer.Themes;

namespace IdentityServer.Links;

/// <summary>
/// Where the browser that asked for a mail waits: takes the mail's code, shows the one for other devices, and goes on when the link
/// was confirmed elsewhere. Posts <c>step</c>, and <c>code</c>, or <c>decision=resend</c>, or nothing more, to go on.
/// </summary>
public sealed record WaitingPage : IPage<WaitingPage>, IPostsBack, IRepeatable
{
    /// <inheritdoc/>
    public static string Template => "waiting";

    /// <inheritdoc/>
    public static WaitingPage Sample => new()
    {
        Action = "/oauth2/authorize?client_id=sample&scope=openid&link=id",
        Interaction = "sealed",
        Step = "link",
        Application = new ApplicationView("Sample Shop", "https://shop.example", null, "https://shop.example/privacy", "https://shop.example/terms"),
        Address = "ada@example.com",
        WaitingCode = "BCD-F23",
        State = "waiting",
        StateUrl = "/waiting/id/state",
        StillUrl = "/oauth2/authorize?client_id=sample&scope=openid&link=id&still=true",
        BackUrl = "/oauth2/authorize?client_id=sample&scope=openid",
    };

    /// <inheritdoc/>
    public static IReadOnlyList<WaitingPage> Samples =>
    [
        Sample,
        Sample with { Errors = new FieldErrors().Add("code", "wrongCode", "This is another code.") },
        Sample with { Resent = true, Application = null, Interaction = null, Step = null, BackUrl = null, StillUrl = null, WaitingCode = null },
        Sample with { State = "confirmed" },
        Sample with { State = "gone" },
    ];

    /// <inheritdoc/>
    public required string Action { get; init; }

    /// <summary>What is remembered between pages of an authorize request, sealed.</summary>
    public string? Interaction { get; init; }

    /// <summary>The step that <see cref="Action"/> wants to be told.</summary>
    public string? Step { get; init; }

    /// <summary>The application that waits, if any.</summary>
    public ApplicationView? Application { get; init; }

    /// <summary>Where the mail went, as far as this browser knows.</summary>
    public string? Address { get; init; }

    /// <summary>The code for whoever opens the link on another device.</summary>
    public string? WaitingCode { get; init; }

    /// <summary><c>waiting</c>, <c>confirmed</c>, <c>gone</c>.</summary>
    public required string State { get; init; }

    /// <summary>Where the script asks how things stand.</summary>
    public required string StateUrl { get; init; }

    /// <summary>The same page without looking again by itself, for typing in peace where no script runs. Null: this is it.</summary>
    public string? StillUrl { get; init; }

    /// <summary>Where one asks for another mail, to another address.</summary>
    public string? BackUrl { get; init; }

    /// <summary>Whether another mail was just sent.</summary>
    public bool Resent { get; init; }

    /// <summary>What was wrong with the last try.</summary>
    public FieldErrors Errors { get; init; } = new();

    /// <summary>Where the cursor starts.</summary>
    public string? Focus => State == "waiting" ? "code" : null;
}

/// <summary>Draws the waiting page for whoever stands at it.</summary>
public sealed class WaitingRoom(LinkStore links)
{
    /// <summary>
    /// The page for a link that <paramref name="browser"/> holds. Who shows it adds the application and what its own steps need.
    /// </summary>
    public WaitingPage Page(Link link, string browser, bool still)
    {
        var facts = links.FactsOf(link);
        var action = facts.WaitingUrl ?? $"{Paths.Waiting}/{link.Id}";
        return new WaitingPage
        {
            Action = action,
            Step = facts.Step,
            Address = facts.Address,
            WaitingCode = LinkStore.WaitingCode(link, browser),
            State = State(link),
            StateUrl = $"{Paths.Waiting}/{link.Id}/state",
            StillUrl = still ? null : action + (action.Contains('?', StringComparison.Ordinal) ? "&" : "?") + "still=true",
            BackUrl = facts.BackUrl,
        };
    }

    /// <summary>How things stand, as page and script name it.</summary>
    public string State(Link link) => links.StateOf(link) switch
    {
        LinkState.Waiting => "waiting",
        LinkState.Confirmed => "confirmed",
        LinkState.Spent => "done",
        _ => "gone",
    };
}
