namespace IdentityServer.Api;

/// <summary>
/// What is said about a call. It stands beside the route, as its metadata, and the OpenAPI document and the reference page are made
/// of the routes: there is no second list of them.
/// </summary>
/// <param name="Group">The heading under which it stands.</param>
/// <param name="Id">Its name in generated clients.</param>
/// <param name="Summary">What it does.</param>
internal sealed record ApiCall(string Group, string Id, string Summary)
{
    /// <summary>What there is to know beyond that.</summary>
    public string? Remarks { get; init; }

    /// <summary>What is sent; null: nothing.</summary>
    public Shape? Body { get; init; }

    /// <summary>Whether the body may be left out.</summary>
    public bool BodyIsOptional { get; init; }

    /// <summary>A body to begin with.</summary>
    public string? Example { get; init; }

    /// <summary>What comes back with 200; null: nothing.</summary>
    public Shape? Answer { get; init; }

    /// <summary>Parameters in the address.</summary>
    public IReadOnlyList<Member> Query { get; init; } = [];

    /// <summary>Whether 404 is an answer; null: if the path names something that must be there.</summary>
    public bool? MayMiss { get; init; }

    /// <summary>Whether it is open to callers without a key.</summary>
    public bool Open { get; init; }

    /// <summary>Whether a person's access token opens it in place of a key.</summary>
    public bool TakesToken { get; init; }

    /// <summary>Whether a key does.</summary>
    public bool TakesKey { get; init; } = true;

    /// <summary>Answers beside the usual ones.</summary>
    public IReadOnlyList<ApiStatus> More { get; init; } = [];
}

/// <summary>A status that a call answers with beside the usual ones.</summary>
/// <param name="Status">The status.</param>
/// <param name="About">What it says.</param>
/// <param name="Answer">What comes with it; null: nothing.</param>
internal sealed record ApiStatus(int Status, string About, Shape? Answer = null);

/// <summary>The calls that most nouns have, over an envelope such as <c>{"user": {…}}</c>.</summary>
/// <param name="Group">The heading.</param>
/// <param name="Name">The noun in generated names, such as <c>FormField</c>.</param>
/// <param name="Words">The noun in sentences, with its article.</param>
/// <param name="Envelope">The member that holds it.</param>
/// <param name="Shape">Its form.</param>
internal sealed record ApiNoun(string Group, string Name, string Words, string Envelope, ObjectShape Shape)
{
    /// <summary>What may stand beside the object in requests.</summary>
    public IReadOnlyList<Member> Beside { get; init; } = [];

    /// <summary>An example of a create, as JSON.</summary>
    public required string Example { get; init; }

    /// <summary>An example of a change, as JSON.</summary>
    public string PatchExample { get; init; } = $$"""{ "{{Envelope}}": { "data": { "note": "from the import of May" } } }""";

    /// <summary>The envelope, as it is sent and shown.</summary>
    public ObjectShape Enveloped => Api.Shape.Object(null, [Member.Required(Envelope, Shape), .. Beside]);

    /// <summary>POST.</summary>
    public ApiCall Create => new(Group, "create" + Name, $"Creates {Words}")
    {
        Remarks = "The id in the path, if there is one, is the caller's choice.",
        Body = Enveloped,
        Answer = Enveloped,
        Example = Example,
    };

    /// <summary>GET of one.</summary>
    public ApiCall Get => new(Group, "retrieve" + Name, $"Shows {Words}") { Answer = Enveloped };

    /// <summary>PUT.</summary>
    public ApiCall Replace => new(Group, "update" + Name, $"Replaces {Words}")
    {
        Remarks = "What is not sent returns to its default.",
        Body = Enveloped,
        Answer = Enveloped,
        Example = Example,
    };

    /// <summary>PATCH.</summary>
    public ApiCall Patch => new(Group, "patch" + Name, $"Changes {Words}")
    {
        Remarks = "In one of three dialects, by content type.",
        Body = Enveloped,
        Answer = Enveloped,
        Example = PatchExample,
    };

    /// <summary>DELETE.</summary>
    public ApiCall Delete => new(Group, "delete" + Name, $"Deletes {Words}");

    /// <summary>GET of all.</summary>
    public ApiCall List(string plural, string words) => new(Group, "retrieve" + Name + "s", $"Lists {words}")
    {
        Answer = Api.Shape.Object(null, Member.Required(plural, Api.Shape.List(Shape))),
    };

    /// <summary>GET and POST of a search.</summary>
    public ApiSearch Search(string plural, string words, params IEnumerable<Member> criteria) => new(Group, Name, words, [.. criteria])
    {
        Answer = Api.Shape.Object(null, Member.Required(plural, Api.Shape.List(Shape)), Member.Required("total", Api.Shape.Whole)),
    };
}

/// <summary>A search, whose criteria stand in the address or as <c>search</c> in the body (§1.8).</summary>
internal sealed record ApiSearch(string Group, string Name, string Words, IReadOnlyList<Member> Criteria)
{
    /// <summary>What is found.</summary>
    public required Shape Answer { get; init; }

    private IReadOnlyList<Member> All =>
    [
        .. Criteria,
        Member.Taken("startRow", Shape.Whole, "Where to start; 0 if left out."),
        Member.Taken("numberOfResults", Shape.Whole, "How many to show; 25 if left out."),
    ];

    /// <summary>With the criteria in the address.</summary>
    public ApiCall ByGet => new(Group, $"search{Name}sByGet", $"Searches {Words}") { Query = All, Answer = Answer };

    /// <summary>With the criteria in the body.</summary>
    public ApiCall ByPost => new(Group, $"search{Name}s", $"Searches {Words}")
    {
        Body = Shape.Object(null, Member.Taken("search", Shape.Object(Name + "Search", All))),
        BodyIsOptional = true,
        Answer = Answer,
        Example = """{ "search": { "numberOfResults": 10 } }""",
    };
}
