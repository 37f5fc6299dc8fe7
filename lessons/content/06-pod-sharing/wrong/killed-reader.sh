# step: lives
fault container-kill default/diary/reader
