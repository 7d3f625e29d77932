/** @file The grammar of `.net`: a concrete syntax tree of every text, with error recovery and no actions; LL(2). */
import { CstParser, type IParserErrorMessageProvider, type TokenType } from "./chevrotain.js";
import * as t from "./tokens.js";

const { keyword } = t;

/** Each method is one rule; `net.ebnf` shows each with an example. */
export class NetParser extends CstParser {
  /** Without recovery it stops at the first error. */
  constructor(options: { validate?: boolean; recovery?: boolean; messages?: IParserErrorMessageProvider } = {}) {
    super([...t.tokens], {
      maxLookahead: 2,
      recoveryEnabled: options.recovery !== false,
      nodeLocationTracking: "onlyOffset",
      skipValidations: options.validate !== true,
      ...(options.messages ? { errorMessageProvider: options.messages } : {}),
    });
    this.performSelfAnalysis();
  }

  /**
   * Chevrotain asks for this to learn whether an absent token could be put in, and walks the grammar as deep as its own stack for it,
   * which deep texts exhaust. With no answer it leaves the rule unfinished instead, which serves as well.
   */
  protected getFollowsForInRuleRecovery(): TokenType[] {
    return [];
  }

  // ---- Declarations

  file = this.RULE("file", () => {
    this.MANY(() =>
      this.OR([
        { ALT: () => this.SUBRULE(this.importDeclaration) },
        { ALT: () => this.SUBRULE(this.constDeclaration) },
        { ALT: () => this.SUBRULE(this.word) },
        { ALT: () => this.SUBRULE(this.model) },
      ]),
    );
  });

  importDeclaration = this.RULE("importDeclaration", () => {
    this.CONSUME(keyword.import);
    this.CONSUME(t.LBrace);
    this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.importItem) });
    this.CONSUME(t.RBrace);
    this.CONSUME(keyword.from);
    this.CONSUME(t.StringToken);
  });

  importItem = this.RULE("importItem", () => {
    this.CONSUME(t.Name);
    this.OPTION(() => {
      this.CONSUME(keyword.as);
      this.CONSUME2(t.Name);
    });
  });

  constDeclaration = this.RULE("constDeclaration", () => {
    this.CONSUME(keyword.const);
    this.CONSUME(t.Name);
    this.CONSUME(t.Is);
    this.SUBRULE(this.expression);
  });

  word = this.RULE("word", () => {
    this.SUBRULE(this.wordHeader);
    this.OR([
      {
        ALT: () => {
          this.CONSUME(t.Is);
          this.SUBRULE(this.expression);
        },
      },
      { ALT: () => this.SUBRULE(this.block) },
    ]);
    this.MANY(() => this.SUBRULE(this.gradientClause));
  });

  wordHeader = this.RULE("wordHeader", () => {
    this.CONSUME(t.Kind);
    this.CONSUME(t.Name);
    this.OPTION(() => {
      this.SUBRULE(this.group);
      this.OPTION2(() => this.SUBRULE2(this.group));
    });
    this.OPTION3(() => {
      this.CONSUME(t.Arrow);
      this.SUBRULE(this.result);
    });
  });

  gradientClause = this.RULE("gradientClause", () => {
    this.OR([{ ALT: () => this.CONSUME(keyword.gradient) }, { ALT: () => this.CONSUME(keyword.surrogate) }]);
    this.CONSUME(t.Name);
    this.CONSUME(t.Is);
    this.SUBRULE(this.expression);
  });

  group = this.RULE("group", () => {
    this.CONSUME(t.LParen);
    this.MANY_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.parameter) });
    this.CONSUME(t.RParen);
  });

  parameter = this.RULE("parameter", () => {
    this.CONSUME(t.Name);
    this.OPTION(() => {
      this.CONSUME(t.Colon);
      this.SUBRULE(this.type);
    });
    this.OPTION2(() => {
      this.CONSUME(t.Is);
      this.SUBRULE(this.expression);
    });
  });

  // ---- Types

  type = this.RULE("type", () => {
    this.OR([{ ALT: () => this.SUBRULE(this.shape) }, { ALT: () => this.SUBRULE(this.namedType) }]);
  });

  namedType = this.RULE("namedType", () => {
    this.CONSUME(t.Name);
    this.OPTION(() =>
      this.OR([
        { ALT: () => this.AT_LEAST_ONE(() => this.SUBRULE(this.shape)) },
        {
          ALT: () =>
            this.AT_LEAST_ONE2(() => {
              this.CONSUME(t.Bar);
              this.CONSUME2(t.Name);
            }),
        },
      ]),
    );
  });

  result = this.RULE("result", () => {
    this.OR([
      { ALT: () => this.SUBRULE(this.shape) },
      {
        ALT: () => {
          this.CONSUME(keyword.if);
          this.SUBRULE(this.expression);
          this.CONSUME(keyword.then);
          this.SUBRULE(this.result);
          this.CONSUME(keyword.else);
          this.SUBRULE2(this.result);
        },
      },
    ]);
  });

  shape = this.RULE("shape", () => {
    this.CONSUME(t.LBracket);
    this.MANY_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.axis) });
    this.CONSUME(t.RBracket);
  });

  axis = this.RULE("axis", () => {
    this.OR([
      {
        ALT: () => {
          this.CONSUME(t.Ellipsis);
          this.OPTION(() => this.CONSUME(t.Name));
        },
      },
      {
        ALT: () => {
          this.CONSUME(keyword.from);
          this.CONSUME(t.StringToken);
        },
      },
      { ALT: () => this.SUBRULE(this.expression) },
    ]);
  });

  // ---- Statements

  block = this.RULE("block", () => {
    this.CONSUME(t.LBrace);
    this.MANY(() =>
      this.OR([{ ALT: () => this.SUBRULE(this.returnStatement) }, { ALT: () => this.SUBRULE(this.statement) }]),
    );
    this.CONSUME(t.RBrace);
  });

  statement = this.RULE("statement", () => {
    this.OR([
      { ALT: () => this.SUBRULE(this.letStatement) },
      { ALT: () => this.SUBRULE(this.useStatement) },
      { ALT: () => this.SUBRULE(this.requireStatement) },
      { ALT: () => this.SUBRULE(this.serveStatement) },
      { ALT: () => this.SUBRULE(this.assignStatement) },
      { ALT: () => this.SUBRULE(this.paramStatement) },
      { ALT: () => this.SUBRULE(this.bufferStatement) },
      { ALT: () => this.SUBRULE(this.stateStatement) },
      { ALT: () => this.SUBRULE(this.scanStatement) },
    ]);
  });

  returnStatement = this.RULE("returnStatement", () => {
    this.CONSUME(keyword.return);
    this.SUBRULE(this.expression);
  });

  letStatement = this.RULE("letStatement", () => {
    this.CONSUME(keyword.let);
    this.SUBRULE(this.leftSide);
    this.OPTION(() => {
      this.CONSUME(t.Colon);
      this.SUBRULE(this.type);
    });
    this.CONSUME(t.Is);
    this.SUBRULE(this.expression);
  });

  leftSide = this.RULE("leftSide", () => {
    this.OR([
      {
        ALT: () => {
          this.CONSUME(t.Name);
          this.OPTION(() => this.SUBRULE(this.indices));
        },
      },
      {
        ALT: () => {
          this.CONSUME(t.LBracket);
          this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => this.CONSUME2(t.Name) });
          this.CONSUME(t.RBracket);
        },
      },
    ]);
  });

  indices = this.RULE("indices", () => {
    this.CONSUME(t.LBracket);
    this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.index) });
    this.CONSUME(t.RBracket);
  });

  index = this.RULE("index", () => {
    this.OR([
      { ALT: () => this.CONSUME(t.Ellipsis) },
      {
        ALT: () => {
          this.SUBRULE(this.expression);
          this.OPTION(() => {
            this.CONSUME(keyword.in);
            this.SUBRULE2(this.expression);
          });
        },
      },
    ]);
  });

  useStatement = this.RULE("useStatement", () => {
    this.CONSUME(keyword.use);
    this.CONSUME(t.Name);
    this.CONSUME(t.Is);
    this.SUBRULE(this.expression);
  });

  requireStatement = this.RULE("requireStatement", () => {
    this.CONSUME(keyword.require);
    this.SUBRULE(this.expression);
    this.CONSUME(t.Comma);
    this.CONSUME(t.StringToken);
  });

  serveStatement = this.RULE("serveStatement", () => {
    this.CONSUME(keyword.serve);
    this.SUBRULE(this.expression);
  });

  assignStatement = this.RULE("assignStatement", () => {
    this.CONSUME(t.Name);
    this.CONSUME(t.Assign);
    this.SUBRULE(this.expression);
  });

  paramStatement = this.RULE("paramStatement", () => {
    this.CONSUME(keyword.param);
    this.CONSUME(t.Name);
    this.OPTION(() => this.SUBRULE(this.indices));
    this.CONSUME(t.Colon);
    this.SUBRULE(this.shape);
    this.CONSUME(t.Tilde);
    this.SUBRULE(this.expression);
    this.MANY(() => {
      this.CONSUME(t.Comma);
      this.SUBRULE(this.paramOption);
    });
    this.OPTION2(() => this.SUBRULE(this.when));
  });

  paramOption = this.RULE("paramOption", () => {
    this.OR([
      {
        ALT: () => {
          this.CONSUME(keyword.regularize);
          this.SUBRULE(this.expression);
        },
      },
      {
        ALT: () => {
          this.CONSUME(keyword.constrain);
          this.SUBRULE2(this.expression);
        },
      },
      { ALT: () => this.CONSUME(keyword.frozen) },
    ]);
  });

  bufferStatement = this.RULE("bufferStatement", () => {
    this.CONSUME(keyword.buffer);
    this.CONSUME(t.Name);
    this.CONSUME(t.Colon);
    this.SUBRULE(this.shape);
    this.OR([{ ALT: () => this.CONSUME(t.Is) }, { ALT: () => this.CONSUME(t.Tilde) }]);
    this.SUBRULE(this.expression);
    this.OPTION(() => this.SUBRULE(this.when));
  });

  stateStatement = this.RULE("stateStatement", () => {
    this.CONSUME(keyword.state);
    this.CONSUME(t.Name);
    this.OPTION(() => {
      this.CONSUME(t.Colon);
      this.SUBRULE(this.shape);
    });
    this.CONSUME(t.Is);
    this.SUBRULE(this.expression);
    this.OPTION2(() => this.SUBRULE(this.when));
  });

  when = this.RULE("when", () => {
    this.CONSUME(keyword.when);
    this.SUBRULE(this.expression);
    this.OPTION(() => {
      this.CONSUME(keyword.else);
      this.SUBRULE2(this.expression);
    });
  });

  scanStatement = this.RULE("scanStatement", () => {
    this.SUBRULE(this.scanHeader);
    this.SUBRULE(this.block);
  });

  scanHeader = this.RULE("scanHeader", () => {
    this.CONSUME(keyword.scan);
    this.CONSUME(t.Name);
    this.CONSUME(keyword.in);
    this.SUBRULE(this.expression);
    this.OPTION(() => {
      this.CONSUME(keyword.with);
      this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.carried) });
    });
  });

  carried = this.RULE("carried", () => {
    this.CONSUME(t.Name);
    this.CONSUME(t.Is);
    this.SUBRULE(this.expression);
    this.OPTION(() => {
      this.CONSUME(keyword.kept);
      this.OPTION2(() => this.SUBRULE(this.when));
    });
  });

  // ---- Models

  model = this.RULE("model", () => {
    this.SUBRULE(this.modelHeader);
    this.SUBRULE(this.modelBody);
  });

  modelHeader = this.RULE("modelHeader", () => {
    this.CONSUME(keyword.model);
    this.CONSUME(t.Name);
  });

  modelBody = this.RULE("modelBody", () => {
    this.CONSUME(t.LBrace);
    this.MANY(() => this.SUBRULE(this.modelItem));
    this.CONSUME(t.RBrace);
  });

  modelItem = this.RULE("modelItem", () => {
    this.OR([
      { ALT: () => this.SUBRULE(this.statement) },
      { ALT: () => this.SUBRULE(this.port) },
      { ALT: () => this.SUBRULE(this.output) },
      { ALT: () => this.SUBRULE(this.objective) },
      { ALT: () => this.SUBRULE(this.optimizer) },
      { ALT: () => this.SUBRULE(this.configuration) },
    ]);
  });

  port = this.RULE("port", () => {
    this.OR([{ ALT: () => this.CONSUME(keyword.input) }, { ALT: () => this.CONSUME(keyword.target) }]);
    this.CONSUME(t.Name);
    this.CONSUME(t.Colon);
    this.SUBRULE(this.type);
  });

  output = this.RULE("output", () => {
    this.CONSUME(keyword.output);
    this.CONSUME(t.Name);
    this.CONSUME(t.Is);
    this.SUBRULE(this.expression);
  });

  objective = this.RULE("objective", () => {
    this.OR([{ ALT: () => this.CONSUME(keyword.loss) }, { ALT: () => this.CONSUME(keyword.metric) }]);
    this.OPTION(() => {
      this.CONSUME(t.Name);
      this.CONSUME(t.Is);
    });
    this.SUBRULE(this.expression);
  });

  optimizer = this.RULE("optimizer", () => {
    this.CONSUME(keyword.optimizer);
    this.SUBRULE(this.expression);
    this.OPTION(() => {
      this.CONSUME(keyword.for);
      this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.path) });
    });
  });

  path = this.RULE("path", () => {
    this.AT_LEAST_ONE_SEP({ SEP: t.Dot, DEF: () => this.CONSUME(t.Name) });
  });

  configuration = this.RULE("configuration", () => {
    this.OR([
      { ALT: () => this.CONSUME(keyword.data) },
      { ALT: () => this.CONSUME(keyword.train) },
      {
        ALT: () => {
          this.CONSUME(keyword.phase);
          this.CONSUME(t.Name);
        },
      },
    ]);
    this.CONSUME(t.LBrace);
    this.MANY_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.entry) });
    this.CONSUME(t.RBrace);
  });

  entry = this.RULE("entry", () => {
    this.CONSUME(t.Name);
    this.OPTION(() => this.CONSUME2(t.Name));
    this.CONSUME(t.Colon);
    this.SUBRULE(this.expression);
  });

  // ---- Expressions

  expression = this.RULE("expression", () => {
    this.OR([{ ALT: () => this.SUBRULE(this.conditional) }, { ALT: () => this.SUBRULE(this.pipe) }]);
  });

  conditional = this.RULE("conditional", () => {
    this.CONSUME(keyword.if);
    this.SUBRULE(this.expression);
    this.CONSUME(keyword.then);
    this.SUBRULE2(this.expression);
    this.CONSUME(keyword.else);
    this.SUBRULE3(this.expression);
  });

  pipe = this.RULE("pipe", () => {
    this.SUBRULE(this.operation);
    this.MANY(() => {
      this.CONSUME(t.Arrow);
      this.SUBRULE(this.stage);
    });
  });

  stage = this.RULE("stage", () => {
    this.CONSUME(t.Name);
    this.MANY(() => this.SUBRULE(this.suffix));
    this.OPTION(() => {
      this.CONSUME(t.Times);
      this.SUBRULE(this.atom);
    });
    this.OPTION2(() => {
      this.CONSUME(keyword.as);
      this.CONSUME2(t.Name);
    });
  });

  /** Flat: binding strengths are applied when the syntax tree is made, which keeps the parser's stack shallow. */
  operation = this.RULE("operation", () => {
    this.SUBRULE(this.operand);
    this.MANY(() => {
      this.CONSUME(t.BinaryOperator);
      this.SUBRULE2(this.operand);
    });
  });

  operand = this.RULE("operand", () => {
    this.MANY(() => this.CONSUME(t.PrefixOperator));
    this.SUBRULE(this.atom);
    this.MANY2(() => this.SUBRULE(this.suffix));
  });

  suffix = this.RULE("suffix", () => {
    this.OR([
      { ALT: () => this.SUBRULE(this.arguments) },
      { ALT: () => this.SUBRULE(this.subscripts) },
      {
        ALT: () => {
          this.CONSUME(t.Dot);
          this.CONSUME(t.Name);
        },
      },
    ]);
  });

  arguments = this.RULE("arguments", () => {
    this.CONSUME(t.LParen);
    this.MANY_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.argument) });
    this.CONSUME(t.RParen);
  });

  argument = this.RULE("argument", () => {
    this.OPTION(() => {
      this.CONSUME(t.Name);
      this.CONSUME(t.Colon);
    });
    this.SUBRULE(this.expression);
  });

  subscripts = this.RULE("subscripts", () => {
    this.CONSUME(t.LBracket);
    this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.subscript) });
    this.CONSUME(t.RBracket);
  });

  subscript = this.RULE("subscript", () => {
    this.OR([
      { ALT: () => this.CONSUME(t.Ellipsis) },
      { ALT: () => this.SUBRULE(this.slice) },
      {
        ALT: () => {
          this.SUBRULE(this.expression);
          this.OPTION(() =>
            this.OR2([
              { ALT: () => this.SUBRULE2(this.slice) },
              {
                ALT: () => {
                  this.CONSUME(keyword.in);
                  this.SUBRULE2(this.expression);
                },
              },
            ]),
          );
        },
      },
    ]);
  });

  slice = this.RULE("slice", () => {
    this.CONSUME(t.Colon);
    this.OPTION(() => this.SUBRULE(this.expression));
  });

  atom = this.RULE("atom", () => {
    this.OR([
      { ALT: () => this.CONSUME(t.NumberToken) },
      { ALT: () => this.CONSUME(t.StringToken) },
      { ALT: () => this.CONSUME(t.Name) },
      {
        ALT: () => {
          this.CONSUME(t.LParen);
          this.SUBRULE(this.expression);
          this.CONSUME(t.RParen);
        },
      },
      { ALT: () => this.SUBRULE(this.list) },
    ]);
  });

  list = this.RULE("list", () => {
    this.CONSUME(t.LBracket);
    this.MANY_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.item) });
    this.CONSUME(t.RBracket);
  });

  item = this.RULE("item", () => {
    this.OR([{ ALT: () => this.CONSUME(t.Ellipsis) }, { ALT: () => this.SUBRULE(this.expression) }]);
  });
}
