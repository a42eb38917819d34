using System.Text.Json;
using IdentityServer.Themes;

namespace IdentityServer.Links;

/// <summary>
/// What a mailed link opens: says what is about to happen, and asks. Posts <c>secret</c> and <c>step</c> where the browser that asked
/// goes on, or <c>code</c> to the link itself.
/// </summary>
public sealed record LinkPage : IPage<LinkPage>, IPostsBack, IRepeatable
{
    /// <inheritdoc/>
    public static string Template => "link";

    /// <inheritdoc/>
    public static LinkPage Sample => new()
    {
        Action = "/link/secret",
        FormAction = "/oauth2/authorize?client_id=sample&scope=openid&link=id",
        Secret = "secret",
        Step = "link",
        Purpose = "signIn",
        Application = new ApplicationView("Sample Shop", "https://shop.example"),
        Address = "a•••@example.com",
    };

    /// <inheritdoc/>
    public static IReadOnlyList<LinkPage> Samples =>
    [
        Sample,
        Elsewhere,
        Elsewhere with { Errors = new FieldErrors().Add("code", "wrongCode", "This is another code.") },
        Elsewhere with { AsksForMailedCode = true, AsksForWaitingCode = false },
        Sample with { Purpose = "signUp", Application = null, Address = null },
    ];

    private static LinkPage Elsewhere => Sample with { FormAction = "/link/secret", Secret = null, Step = null, AsksForWaitingCode = true };

    /// <summary>The link itself.</summary>
    public required string Action { get; init; }

    /// <summary>Where the form posts to.</summary>
    public required string FormAction { get; init; }

    /// <summary>The link's secret, where the form posts elsewhere than to the link itself.</summary>
    public string? Secret { get; init; }

    /// <summary>The step that the page at <see cref="FormAction"/> wants to be told.</summary>
    public string? Step { get; init; }

    /// <summary>The purpose, as messages name it: <c>signIn</c>.</summary>
    public required string Purpose { get; init; }

    /// <summary>The application that it leads to, if any.</summary>
    public ApplicationView? Application { get; init; }

    /// <summary>The address of the account, so far that its owner knows it again.</summary>
    public string? Address { get; init; }

    /// <summary>Whether the code must be typed that the page in the browser that asked shows.</summary>
    public bool AsksForWaitingCode { get; init; }

    /// <summary>Whether the code must be typed that stands in the mail.</summary>
    public bool AsksForMailedCode { get; init; }

    /// <summary>What was wrong with the last try.</summary>
    public FieldErrors Errors { get; init; } = new();

    /// <summary>Where the cursor starts.</summary>
    public string? Focus => AsksForWaitingCode || AsksForMailedCode ? "code" : null;

    /// <summary>A purpose as messages name it.</summary>
    public static string Name(LinkPurpose purpose) => JsonNamingPolicy.CamelCase.ConvertName(purpose.ToString());

    /// <summary>An address, so far that its owner knows it again: <c>a•••@example.com</c>.</summary>
    public static string? Mask(string? address) =>
        address is { Length: > 0 } && address.LastIndexOf('@') is > 0 and var at ? $"{StringInfo(address)}•••{address[at..]}" : null;

    /// <summary>What was wrong with a code.</summary>
    public static FieldErrors Findings(ConfirmationResult result) => result switch
    {
        ConfirmationResult.Unreadable => new FieldErrors().Add("code", "noCode", "Enter the code of six characters."),
        ConfirmationResult.TooMany => new FieldErrors().Add("code", "tooManyCodes", "Too many wrong codes."),
        ConfirmationResult.Wrong => new FieldErrors().Add("code", "wrongCode", "This is another code."),
        _ => new FieldErrors(),
    };

    private static string StringInfo(string text) => System.Globalization.StringInfo.GetNextTextElement(text);
}

/// <summary>The end of a link: <c>confirmed</c>, to go on elsewhere; <c>done</c>; <c>gone</c>.</summary>
/// <param name="State">Which of them.</param>
/// <param name="Purpose">The purpose, as messages name it.</param>
/// <param name="Application">The application that it leads to, if any.</param>
public sealed record LinkEndPage(string State, string Purpose, ApplicationView? Application = null) : IPage<LinkEndPage>
{
    /// <inheritdoc/>
    public static string Template => "link-end";

    /// <inheritdoc/>
    public static LinkEndPage Sample => new("confirmed", "signIn", new ApplicationView("Sample Shop", "https://shop.example"));

    /// <inheritdoc/>
    public static IReadOnlyList<LinkEndPage> Samples => [Sample, Sample with { State = "done" }, Sample with { State = "gone", Application = null }];
}
