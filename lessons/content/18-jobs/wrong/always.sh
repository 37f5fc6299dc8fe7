# step: once
cat > job.yaml <<'EOF'
apiVersion: batch/v1
kind: Job
metadata:
  name: report
spec:
  template:
    spec:
      restartPolicy: Always
      containers:
        - name: report
          image: busybox:1.37
          command: ["sh", "-c", "sleep 5; echo the report is written"]
EOF
kubectl apply -f job.yaml
