using IdentityServer.Themes;

namespace IdentityServer.Factors;

/// <summary>
/// Prove a second factor. Posts <c>step=second_factor</c>, <c>code</c> and <c>trust</c>; <c>choose</c> to another way,
/// <c>decision=start_over</c> to be somebody else.
/// </summary>
public sealed record SecondFactorPage : IPage<SecondFactorPage>, IPostsBack, IRepeatable
{
    /// <summary>The choice of a recovery code.</summary>
    public const string Recovery = "recovery";

    /// <summary>The choice of an authenticator.</summary>
    public const string Authenticator = "authenticator";

    /// <summary>The choice of a code by mail; choosing it mails one.</summary>
    public const string Email = "email";

    /// <inheritdoc/>
    public static string Template => "second-factor";

    /// <inheritdoc/>
    public static SecondFactorPage Sample => new()
    {
        Action = "/oauth2/authorize?client_id=sample&scope=openid",
        Interaction = "sealed",
        Application = new ApplicationView("Sample Shop", "https://shop.example", null, "https://shop.example/privacy", "https://shop.example/terms"),
        Account = new AccountView("Ada Lovelace", "ada@example.com"),
        Way = Authenticator,
        OtherWays = [new FactorWay(Recovery)],
        TrustDays = 30,
    };

    /// <inheritdoc/>
    public static IReadOnlyList<SecondFactorPage> Samples =>
    [
        Sample,
        Sample with { Errors = FactorFindings.Wrong(), Trust = true },
        Sample with { Way = Email, Address = "a…@example.com", CodeSent = true, OtherWays = [new FactorWay(Authenticator), new FactorWay(Recovery)] },
        Sample with { Way = Email, Address = "a…@example.com", OtherWays = [], TrustDays = null },
        Sample with { Way = Recovery, OtherWays = [new FactorWay(Authenticator)], TrustDays = null, Interaction = null, Application = new ApplicationView("Sample Shop") },
    ];

    /// <inheritdoc/>
    public required string Action { get; init; }

    /// <summary>What is remembered between pages, sealed.</summary>
    public string? Interaction { get; init; }

    /// <summary>The application that asks.</summary>
    public required ApplicationView Application { get; init; }

    /// <summary>Whose factor.</summary>
    public required AccountView Account { get; init; }

    /// <summary>The way that the page asks for.</summary>
    public required string Way { get; init; }

    /// <summary>Where codes are mailed, as only its owner knows it.</summary>
    public string? Address { get; init; }

    /// <summary>Whether one was mailed.</summary>
    public bool CodeSent { get; init; }

    /// <summary>Whether a code has to be mailed first.</summary>
    public bool MustSend => Way == Email && !CodeSent;

    /// <summary>Whether another code can be mailed.</summary>
    public bool CanResend => Way == Email && CodeSent;

    /// <summary>The other ways there are.</summary>
    public IReadOnlyList<FactorWay> OtherWays { get; init; } = [];

    /// <summary>For how many days this browser can be trusted; null: it can't.</summary>
    public int? TrustDays { get; init; }

    /// <summary>Whether the box is ticked.</summary>
    public bool Trust { get; init; }

    /// <summary>What was wrong with the last try.</summary>
    public FieldErrors Errors { get; init; } = new();

    /// <summary>Whether the code is made of digits.</summary>
    public bool Numeric => Way != Recovery;

    /// <summary>Where the cursor starts.</summary>
    public string Focus => FactorFindings.Code;
}

/// <summary>A way to prove a second factor.</summary>
/// <param name="Choice">Its name in the form.</param>
public sealed record FactorWay(string Choice);
