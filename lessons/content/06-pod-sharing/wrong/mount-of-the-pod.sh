# step: volume
cat > diary.yaml <<'EOF'
apiVersion: v1
kind: Pod
metadata:
  name: diary
spec:
  terminationGracePeriodSeconds: 2
  volumes:
    - name: shared
      emptyDir: {}
  containers:
    - name: writer
      image: busybox:1.37
      command: ["sh", "-c", "while true; do echo a line >> /out/diary; sleep 10; done"]
      volumeMounts:
        - name: shared
          mountPath: /out
    - name: reader
      image: busybox:1.37
      command: ["sh", "-c", "while true; do sleep 10; echo lines: $(wc -l < /in/diary); done"]
  volumeMounts:
    - name: shared
      mountPath: /in
EOF
kubectl apply -f diary.yaml
