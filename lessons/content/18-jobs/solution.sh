# step: again
kubectl create deployment report --image=busybox:1.37 -- sh -c 'sleep 5; echo the report is written'
clock advance 60s
kubectl delete deployment report
clock until quiet

# step: once
cat > job.yaml <<'EOF'
apiVersion: batch/v1
kind: Job
metadata:
  name: report
spec:
  template:
    spec:
      restartPolicy: Never
      containers:
        - name: report
          image: busybox:1.37
          command: ["sh", "-c", "sleep 5; echo the report is written"]
EOF
kubectl apply -f job.yaml
clock until next
kubectl logs job/report

# step: many
cat > parcels.yaml <<'EOF'
apiVersion: batch/v1
kind: Job
metadata:
  name: parcels
spec:
  completions: 6
  parallelism: 2
  completionMode: Indexed
  template:
    spec:
      restartPolicy: Never
      containers:
        - name: packer
          image: busybox:1.37
          command: ["sh", "-c", "echo packing parcel $JOB_COMPLETION_INDEX; sleep 5"]
EOF
kubectl apply -f parcels.yaml
clock advance 30s

# step: fail
cat > import.yaml <<'EOF'
apiVersion: batch/v1
kind: Job
metadata:
  name: import
spec:
  backoffLimit: 2
  template:
    spec:
      restartPolicy: Never
      containers:
        - name: import
          image: busybox:1.37
          command: ["sh", "-c", "echo there is no such file; exit 1"]
EOF
kubectl apply -f import.yaml
clock advance 45s
kubectl logs job/import

# step: schedule
kubectl create cronjob tick --image=busybox:1.37 --schedule="* * * * *" -- echo tick
clock advance 330s

# step: overlap
kubectl apply -f slow.yaml
clock advance 150s
kubectl patch cronjob slow -p '{"spec":{"concurrencyPolicy":"Forbid"}}'
clock advance 240s
